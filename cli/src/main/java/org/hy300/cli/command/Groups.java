// SPDX-License-Identifier: Apache-2.0
// The contract's commands as commands of this program: `motor move` for motor/move.
package org.hy300.cli.command;

import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.hy300.contract.Argument;
import org.hy300.contract.Argument.IntegersArgument;
import org.hy300.contract.CommandCatalogue;
import org.hy300.contract.CommandEntry;
import org.hy300.contract.Role;
import org.hy300.contract.Subsystems;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The catalogue describes the commands; this adds the names of the groups. */
public final class Groups {
  private static final String[][] NAMES = {
    {Subsystems.MOTOR, "motor", "Moves the keystone motor."},
    {Subsystems.TVCAP, "capture", "Controls the HDMI input."},
    {Subsystems.MIPS, "mips", "Controls the co-processor."},
    {Subsystems.PROCESS, "process", "Sets which processes are watched."},
    {Subsystems.AGENT, "agent", "Checks the agent."},
  };

  private Groups() {}

  /** The group with this name and its commands. */
  public static CommandSpec spec(String name, Options options) {
    CommandSpec group = CommandSpec.forAnnotatedObject(new Group());
    for (String[] each : NAMES) {
      if (each[1].equals(name)) {
        group.usageMessage().description(each[2]);
        for (CommandEntry command : CommandCatalogue.COMMANDS) {
          if (command.subsystem().equals(each[0])) {
            group.addSubcommand(command.action().replace('_', '-'), spec(command, options, name));
          }
        }
      }
    }
    return group;
  }

  private static CommandSpec spec(CommandEntry command, Options options, String group) {
    CommandSpec spec =
        CommandSpec.forAnnotatedObject(
            command.name().equals("tvcap/snapshot")
                ? new SnapshotCommand(options, command)
                : new ActionCommand(options, command));
    String takes = command.oneOf() ? addOptions(spec, command) : addWords(spec, command);
    spec.usageMessage()
        .description(command.summary(), rules(command))
        .customSynopsis(
            "hy300 %s %s (DEVICE | --label=KEY=VALUE... | --all)%s [OPTIONS]"
                .formatted(group, command.action().replace('_', '-'), takes));
    return spec;
  }

  /** When the command is done, and its special rules. */
  private static String rules(CommandEntry command) {
    StringBuilder text = new StringBuilder("Done when ").append(command.end().when());
    long patience = command.end().patience().toSeconds();
    text.append(patience == 0 ? "." : "; fails after " + patience + " s without progress.");
    if (command.isAlwaysTaken()) {
      text.append(" Always taken: before the clock is set, too, and when too much is under way.");
    }
    if (command.role() != Role.OPERATE) {
      text.append(" Needs the role ").append(command.role().word()).append('.');
    }
    return text.toString();
  }

  /** An argument's description, as a sentence. */
  private static String describe(Argument argument) {
    String text = argument.meaning() + ": " + argument.range() + ".";
    return text.substring(0, 1).toUpperCase(Locale.ROOT) + text.substring(1);
  }

  private static String addOptions(CommandSpec spec, CommandEntry command) {
    for (Argument argument : command.arguments()) {
      spec.addOption(
          OptionSpec.builder("--" + argument.name())
              .paramLabel(label(argument))
              .type(String.class)
              .description(describe(argument) + " One of these options is needed.")
              .build());
    }
    return command.arguments().stream()
        .map(argument -> "--" + argument.name() + "=" + label(argument))
        .collect(Collectors.joining(" | ", " (", ")"));
  }

  private static String addWords(CommandSpec spec, CommandEntry command) {
    if (command.arguments().isEmpty()) {
      return "";
    }
    String labels =
        command.arguments().stream().map(Groups::label).collect(Collectors.joining(" "));
    PositionalParamSpec words = spec.positionalParameters().get(1);
    spec.remove(words);
    spec.addPositional(
        words.toBuilder()
            .hidden(false)
            .paramLabel(labels)
            .hideParamSyntax(true)
            .description(command.arguments().stream().map(Groups::describe).toArray(String[]::new))
            .build());
    return " " + labels;
  }

  static String label(Argument argument) {
    String label = argument.name().toUpperCase(Locale.ROOT);
    return argument instanceof IntegersArgument ? label + "..." : label;
  }

  public static ParameterException missing(CommandSpec spec) {
    return new ParameterException(
        spec.commandLine(),
        (words(spec) + " needs one of " + String.join(", ", spec.subcommands().keySet())).strip());
  }

  /** The command without the program's name, which every message has in front. */
  public static String words(CommandSpec spec) {
    return spec.qualifiedName().replaceFirst("^hy300 ?", "");
  }

  /** A group of commands, which does nothing itself. */
  @Command
  static final class Group implements Callable<Integer> {
    @Spec private CommandSpec spec;

    @Override
    public Integer call() {
      throw missing(spec);
    }
  }
}
