// SPDX-License-Identifier: Apache-2.0
// The manual page, from picocli's description of the commands.
package org.hy300.cli.manual;

import java.util.Arrays;
import org.hy300.cli.command.Options;
import org.hy300.program.Roff;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/** One page for all commands. */
public final class ManPage {
  private final CommandSpec program;

  /** A command with exactly the options that all commands to projectors have. */
  private final CommandSpec toProjectors;

  private final Roff page = new Roff("hy300", 1);

  public ManPage(CommandSpec program) {
    this.program = program;
    toProjectors = program.subcommands().get("command").getCommandSpec();
  }

  public String text() {
    page.section("NAME");
    page.text("hy300 - shows a fleet of HY300 projectors and gives it commands");
    page.section("SYNOPSIS");
    page.synopsis("hy300 COMMAND [OPTIONS]");
    page.section("DESCRIPTION");
    page.text(String.join(" ", program.usageMessage().description()));
    page.text(
        "What a command prints is meant for people: aligned columns, in colour on a terminal."
            + " With --json it is what the collector answers."
            + " A command to a projector is waited for until it ends; on a terminal a line says"
            + " how far it is. Ctrl-C ends the waiting, not the command.");
    page.section("COMMANDS");
    program.subcommands().values().forEach(this::commands);
    page.section("OPTIONS OF COMMANDS TO PROJECTORS");
    toProjectors.options().stream().filter(this::isOwn).forEach(this::option);
    page.section("OPTIONS OF ALL COMMANDS");
    program.options().forEach(this::option);
    page.section("EXIT STATUS");
    page.text("Of several projectors the highest.");
    for (String each : Manual.EXIT_STATUS) {
      String[] parts = each.split(":", 2);
      page.item(parts[0], parts[1]);
    }
    page.section("ENVIRONMENT");
    Options.ENVIRONMENT.forEach(each -> page.item(each.get(0), each.get(1)));
    page.section("EXAMPLES");
    Arrays.stream(Manual.EXAMPLES).forEach(each -> page.item(each[0], each[1]));
    return page.toString();
  }

  private void commands(CommandLine line) {
    CommandSpec command = line.getCommandSpec();
    if (!command.subcommands().isEmpty()) {
      command.subcommands().values().forEach(this::commands);
      return;
    }
    String[] synopsis = command.usageMessage().customSynopsis();
    page.subsection(command.qualifiedName());
    if (synopsis.length > 0) {
      page.synopsis(String.join(" ", synopsis));
    }
    page.text(String.join("\n", command.usageMessage().description()));
    for (PositionalParamSpec words : command.positionalParameters()) {
      if (!words.hidden()) {
        page.item(words.paramLabel(), String.join(" ", words.description()));
      }
    }
    boolean goesToProjectors = command.findOption("--no-wait") != null;
    command.options().stream()
        .filter(this::isOwn)
        .filter(o -> !goesToProjectors || toProjectors.findOption(o.longestName()) == null)
        .forEach(this::option);
  }

  /** Whether the option belongs to the command and not to the program. */
  private boolean isOwn(OptionSpec option) {
    return program.findOption(option.longestName()) == null;
  }

  private void option(OptionSpec option) {
    if (option.hidden()) {
      return;
    }
    String value = option.arity().max() == 0 ? "" : "=" + option.paramLabel();
    page.item(
        String.join(", ", option.names()) + value,
        String.join(" ", option.description())
            .replace("${COMPLETION-CANDIDATES}", candidates(option)));
  }

  private static String candidates(OptionSpec option) {
    return option.completionCandidates() == null
        ? ""
        : String.join(", ", option.completionCandidates());
  }
}
