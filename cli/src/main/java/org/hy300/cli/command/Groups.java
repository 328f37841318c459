// SPDX-License-Identifier: Apache-2.0
// The contract's commands as commands of this program: `motor move` is motor/move.
package org.hy300.cli.command;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.hy300.contract.CommandCatalogue;
import org.hy300.contract.CommandCatalogue.Argument;
import org.hy300.contract.CommandCatalogue.IntegersArgument;
import org.hy300.contract.Subsystems;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Which there are and what they take stands in the catalogue; here is what to call them. */
public final class Groups {
  private static final String[][] NAMES = {
    {Subsystems.MOTOR, "motor", "Moves the keystone motor."},
    {Subsystems.TVCAP, "capture", "Steers the HDMI input."},
    {Subsystems.MIPS, "mips", "Steers the co-processor."},
    {Subsystems.PROCESS, "process", "Says which processes are watched."},
    {Subsystems.AGENT, "agent", "Asks the agent itself."},
  };

  public static final Map<String, String> DESCRIPTIONS =
      Map.ofEntries(
          Map.entry("motor/move", "Moves to a position, counted in steps from 0."),
          Map.entry("motor/step", "Moves by so many steps from where it is going."),
          Map.entry("motor/home", "Finds position 0; needed once after each power-up."),
          Map.entry("motor/stop", "Stops the motor."),
          Map.entry("motor/clear_fault", "Clears a fault; home comes next."),
          Map.entry("tvcap/start", "Switches the HDMI input on."),
          Map.entry("tvcap/stop", "Switches the HDMI input off."),
          Map.entry("tvcap/snapshot", "Takes a frame of the HDMI input as JPEG."),
          Map.entry("mips/restart", "Boots the co-processor anew."),
          Map.entry("mips/load_firmware", "Loads a firmware; restart comes next."),
          Map.entry(
              "mips/keystone", "Sets the corners of the picture: x and y of each, in pixels."),
          Map.entry("process/add", "Watches one more process until the agent ends."),
          Map.entry("process/remove", "Watches a process no longer."),
          Map.entry("process/list", "Lists what is watched, with the last samples."),
          Map.entry("agent/ping", "Asks for a sign of life from agent and drivers."),
          Map.entry("agent/refresh", "Has everything read and published anew."));

  private Groups() {}

  /** The group of this name with its commands. */
  public static CommandSpec spec(String name, Options options) {
    CommandSpec group = CommandSpec.forAnnotatedObject(new Group());
    for (String[] each : NAMES) {
      if (each[1].equals(name)) {
        group.usageMessage().description(each[2]);
        for (CommandCatalogue.Command command : CommandCatalogue.COMMANDS) {
          if (command.subsystem().equals(each[0])) {
            group.addSubcommand(command.action().replace('_', '-'), spec(command, options, name));
          }
        }
      }
    }
    return group;
  }

  private static CommandSpec spec(CommandCatalogue.Command command, Options options, String group) {
    String name = command.subsystem() + "/" + command.action();
    CommandSpec spec =
        CommandSpec.forAnnotatedObject(
            name.equals("tvcap/snapshot")
                ? new SnapshotCommand(options, command)
                : new ActionCommand(options, command));
    String takes = command.oneOf() ? addOptions(spec, command) : addWords(spec, command);
    spec.usageMessage()
        .description(DESCRIPTIONS.get(name))
        .customSynopsis(
            "hy300 %s %s (DEVICE | --label=KEY=VALUE... | --all)%s [OPTIONS]"
                .formatted(group, command.action().replace('_', '-'), takes));
    return spec;
  }

  private static String addOptions(CommandSpec spec, CommandCatalogue.Command command) {
    for (Argument argument : command.arguments()) {
      spec.addOption(
          OptionSpec.builder("--" + argument.name())
              .paramLabel(label(argument))
              .type(String.class)
              .description("Of these options one is needed: " + argument.description() + ".")
              .build());
    }
    return command.arguments().stream()
        .map(argument -> "--" + argument.name() + "=" + label(argument))
        .collect(Collectors.joining(" | ", " (", ")"));
  }

  private static String addWords(CommandSpec spec, CommandCatalogue.Command command) {
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
            .description(
                command.arguments().stream()
                    .map(argument -> argument.description() + ".")
                    .toArray(String[]::new))
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
        spec.qualifiedName()
            + " needs one of "
            + String.join(", ", List.copyOf(spec.subcommands().keySet())));
  }

  /** A word in front of commands, which does nothing itself. */
  @Command
  static final class Group implements Callable<Integer> {
    @Spec private CommandSpec spec;

    @Override
    public Integer call() {
      throw missing(spec);
    }
  }
}
