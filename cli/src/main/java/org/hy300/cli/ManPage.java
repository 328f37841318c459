// SPDX-License-Identifier: Apache-2.0
// The manual page in roff (man(7)), from picocli's description of the commands.
package org.hy300.cli;

import java.util.Arrays;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/** One page for all commands. */
final class ManPage {
  private final CommandSpec program;

  /** Has the options that all commands to projectors have, and no others. */
  private final CommandSpec toProjectors;

  private final StringBuilder page = new StringBuilder();

  ManPage(CommandSpec program) {
    this.program = program;
    toProjectors = program.subcommands().get("command").getCommandSpec();
  }

  String text() {
    page.append(".\\\" SPDX-License-Identifier: Apache-2.0\n");
    page.append(".TH HY300 1 \"\" \"hy300-fleet\" \"User Commands\"\n");
    section("NAME");
    text("hy300 - shows a fleet of HY300 projectors and gives it commands");
    section("SYNOPSIS");
    page.append(".B hy300\n.I COMMAND\n.RI [ OPTIONS ]\n");
    section("DESCRIPTION");
    text(String.join(" ", program.usageMessage().description()));
    text(
        "What a command prints is meant for people: aligned columns, in colour on a terminal."
            + " With --json it is what the collector answers."
            + " A command to a projector is waited for until it ends; on a terminal a line says"
            + " how far it is. Ctrl-C ends the waiting, not the command.");
    section("COMMANDS");
    program.subcommands().values().forEach(this::commands);
    section("OPTIONS OF COMMANDS TO PROJECTORS");
    toProjectors.options().stream().filter(this::isOwn).forEach(this::option);
    section("OPTIONS OF ALL COMMANDS");
    program.options().forEach(this::option);
    section("EXIT STATUS");
    text("Of several projectors the highest.");
    for (String each : Manual.EXIT_STATUS) {
      String[] parts = each.split(":", 2);
      item(parts[0], parts[1]);
    }
    section("ENVIRONMENT");
    Arrays.stream(Options.ENVIRONMENT).forEach(each -> item(each[0], each[1]));
    section("EXAMPLES");
    Arrays.stream(Manual.EXAMPLES).forEach(each -> item(each[0], each[1]));
    return page.toString();
  }

  private void commands(CommandLine line) {
    CommandSpec command = line.getCommandSpec();
    if (!command.subcommands().isEmpty()) {
      command.subcommands().values().forEach(this::commands);
      return;
    }
    String[] synopsis = command.usageMessage().customSynopsis();
    page.append(".SS \"").append(escaped(command.qualifiedName())).append("\"\n");
    if (synopsis.length > 0) {
      page.append(".B ").append(escaped(String.join(" ", synopsis))).append('\n');
    }
    text(String.join("\n", command.usageMessage().description()));
    for (PositionalParamSpec words : command.positionalParameters()) {
      if (!words.hidden()) {
        item(words.paramLabel(), String.join(" ", words.description()));
      }
    }
    boolean goesToProjectors = command.findOption("--no-wait") != null;
    command.options().stream()
        .filter(this::isOwn)
        .filter(o -> !goesToProjectors || toProjectors.findOption(o.longestName()) == null)
        .forEach(this::option);
  }

  /** Whether it is not one of the program's. */
  private boolean isOwn(OptionSpec option) {
    return program.findOption(option.longestName()) == null;
  }

  private void option(OptionSpec option) {
    if (option.hidden()) {
      return;
    }
    String value = option.arity().max() == 0 ? "" : "=" + option.paramLabel();
    item(
        String.join(", ", option.names()) + value,
        String.join(" ", option.description())
            .replace("${COMPLETION-CANDIDATES}", candidates(option)));
  }

  private static String candidates(OptionSpec option) {
    return option.completionCandidates() == null
        ? ""
        : String.join(", ", option.completionCandidates());
  }

  private void section(String name) {
    page.append(".SH ").append(name).append('\n');
  }

  private void text(String text) {
    page.append(".PP\n");
    for (String line : text.split("(?<=[.;:]) ", -1)) {
      page.append(escaped(line)).append('\n');
    }
  }

  private void item(String term, String text) {
    page.append(".TP\n.B ").append(escaped(term)).append('\n');
    page.append(escaped(text)).append('\n');
  }

  /** What roff would take for its own; percent signs are picocli's. */
  private static String escaped(String text) {
    String escaped = text.replace("%%", "%").replace("\\", "\\e").replace("-", "\\-");
    return escaped.startsWith(".") || escaped.startsWith("'") ? "\\&" + escaped : escaped;
  }
}
