// SPDX-License-Identifier: Apache-2.0
// The command line of hy300: its commands and its exit.
package org.hy300.cli;

import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import org.hy300.cli.client.Exit;
import org.hy300.cli.client.FailureException;
import org.hy300.cli.command.AnyCommand;
import org.hy300.cli.command.DevicesCommand;
import org.hy300.cli.command.EventsCommand;
import org.hy300.cli.command.Groups;
import org.hy300.cli.command.Options;
import org.hy300.cli.command.ResultCommand;
import org.hy300.cli.command.SettingsCommand;
import org.hy300.cli.command.ShowCommand;
import org.hy300.cli.command.WatchCommand;
import org.hy300.cli.manual.Manual;
import org.hy300.cli.terminal.Terminal;
import org.hy300.program.Program;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;
import picocli.CommandLine.UnmatchedArgumentException;

/** Runs the command that the arguments name. */
@Command(
    name = "hy300",
    description = "Shows and controls a fleet of HY300 projectors through its collector.",
    mixinStandardHelpOptions = true,
    versionProvider = Main.Version.class,
    scope = ScopeType.INHERIT,
    sortOptions = false,
    usageHelpAutoWidth = true)
final class Main implements Callable<Integer> {
  private static final List<String> COMMANDS =
      List.of(
          "devices",
          "show",
          "watch",
          "events",
          "settings",
          "motor",
          "capture",
          "mips",
          "process",
          "agent",
          "command",
          "result");

  @Mixin final Options options;

  @Spec private CommandSpec spec;

  private Main(Options options) {
    this.options = options;
  }

  public static void main(String[] args) {
    int status = run(() -> commandLine(System.getenv(), args), args);
    if (Terminal.hasLost()) {
      Terminal.say("standard output takes no more; is its disk full?");
      status = Math.max(status, Exit.FAILED);
    }
    if (status != Exit.DONE) {
      System.exit(status);
    }
  }

  /** Executes the arguments and returns the exit status, also after an internal error. */
  static int run(Supplier<CommandLine> line, String... args) {
    try {
      return line.get().execute(args);
    } catch (RuntimeException | Error fault) {
      return fail(fault);
    }
  }

  /** All commands, for their documentation. */
  static CommandLine commandLine(Map<String, String> environment) {
    return commandLine(environment, new String[0]);
  }

  /**
   * The commands, ready to run. If the first argument is one of them, the others are left out:
   * describing all takes longer than running one.
   */
  static CommandLine commandLine(Map<String, String> environment, String[] args) {
    Options options = new Options(environment);
    CommandLine line = new CommandLine(new Main(options));
    List<String> needed =
        args.length > 0 && COMMANDS.contains(args[0]) ? List.of(args[0]) : COMMANDS;
    for (String name : needed) {
      line.addSubcommand(name, command(name, options));
    }
    Manual.describe(line.getCommandSpec());
    return line.setOut(writer(Terminal.OUT))
        .setErr(writer(Terminal.ERR))
        .setParameterExceptionHandler((wrong, given) -> refuse(wrong))
        .setExecutionExceptionHandler((failure, command, parsed) -> fail(failure));
  }

  private static Object command(String name, Options options) {
    return switch (name) {
      case "devices" -> new DevicesCommand(options);
      case "show" -> new ShowCommand(options);
      case "watch" -> new WatchCommand(options);
      case "events" -> new EventsCommand(options);
      case "settings" -> new SettingsCommand(options);
      case "command" -> new AnyCommand(options);
      case "result" -> new ResultCommand(options);
      default -> Groups.spec(name, options);
    };
  }

  private static PrintWriter writer(OutputStream stream) {
    return new PrintWriter(new OutputStreamWriter(stream, StandardCharsets.UTF_8), true);
  }

  @Override
  public Integer call() {
    throw Groups.missing(spec);
  }

  private static int refuse(ParameterException wrong) {
    String command = Groups.words(wrong.getCommandLine().getCommandSpec());
    String message = wrong.getMessage();
    if (wrong instanceof UnmatchedArgumentException unmatched) {
      message = "unknown word '" + unmatched.getUnmatched().get(0) + "'";
      if (!unmatched.getSuggestions().isEmpty()) {
        message += "; did you mean " + String.join(" or ", unmatched.getSuggestions()) + "?";
      }
    }
    String more = "see " + (command + " --help").strip();
    Terminal.say(message + (message.endsWith("?") ? " " : "; ") + more);
    return Exit.USAGE;
  }

  private static int fail(Throwable failure) {
    if (failure instanceof FailureException known) {
      Terminal.say(known.getMessage());
      return known.status();
    }
    Terminal.say("this is a fault of the program itself; please report it with what follows");
    Terminal.trace(failure);
    return Exit.CRASHED;
  }

  static final class Version implements CommandLine.IVersionProvider {
    @Override
    public String[] getVersion() {
      return new String[] {"hy300 " + Program.version(Main.class)};
    }
  }
}
