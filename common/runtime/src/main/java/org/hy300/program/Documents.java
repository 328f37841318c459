// SPDX-License-Identifier: Apache-2.0
// Writes a program's manual page and its file of options from the options that the program parses.
package org.hy300.program;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/** Runs when the program is packaged. */
public final class Documents {
  private static final int WIDTH = 100;

  private final CommandSpec program;
  private final int section;

  private Documents(CommandSpec program, int section) {
    this.program = program;
    this.section = section;
  }

  /**
   * Writes into a directory.
   *
   * @param args a picocli command's class, the section of the manual, the directory, and for a
   *     service the template of its file of options
   */
  public static void main(String[] args) throws IOException, ClassNotFoundException {
    CommandLine line = new CommandLine(Class.forName(args[0]));
    Documents documents = new Documents(line.getCommandSpec(), Integer.parseInt(args[1]));
    Path directory = Path.of(args[2]);
    Files.createDirectories(directory);
    boolean service = args.length > 3;
    Files.writeString(
        directory.resolve(line.getCommandName() + "." + args[1]), documents.manual(service));
    if (service) {
      Path template = Path.of(args[3]);
      Files.writeString(
          directory.resolve(template.getFileName()),
          documents.options(template, Files.readAllLines(template)));
    }
  }

  private String manual(boolean service) {
    String name = program.name();
    String description = String.join(" ", program.usageMessage().description());
    Roff page = new Roff(name, section);
    page.section("NAME");
    String first = description.split("\\.( |$)", 2)[0];
    page.text(name + " - " + first.substring(0, 1).toLowerCase(Locale.ROOT) + first.substring(1));
    page.section("SYNOPSIS");
    page.synopsis(name + " [OPTION...]");
    page.section("DESCRIPTION");
    page.text(description);
    if (!program.subcommands().isEmpty()) {
      page.section("COMMANDS");
      program.subcommands().values().forEach(each -> command(page, each.getCommandSpec()));
    }
    page.section("OPTIONS");
    program.options().forEach(each -> option(page, each));
    if (program.usageMessage().footer().length > 0) {
      page.text(String.join(" ", program.usageMessage().footer()).replace("%n", " ").strip());
    }
    if (service) {
      page.section("SERVICE");
      page.text(
          "The service "
              + name
              + " of systemd runs it with --config "
              + config()
              + ", which lists every option with its meaning."
              + " It logs to the journal: journalctl -u "
              + name
              + ".");
    }
    page.section("EXIT STATUS");
    page.item("0", "Done.");
    page.item("1", "The machine does not allow it, or it could not go on.");
    page.item("2", "An option, or a file that it names, is wrong.");
    return page.toString();
  }

  private void command(Roff page, CommandSpec command) {
    List<String> words = new ArrayList<>(List.of(command.qualifiedName()));
    command.positionalParameters().forEach(each -> words.add(each.paramLabel()));
    page.subsection(command.name());
    page.synopsis(String.join(" ", words));
    page.text(String.join(" ", command.usageMessage().description()));
    for (PositionalParamSpec each : command.positionalParameters()) {
      page.item(each.paramLabel(), String.join(" ", each.description()));
    }
  }

  private static void option(Roff page, OptionSpec option) {
    String value = option.arity().max() == 0 ? "" : "=" + option.paramLabel();
    page.item(String.join(", ", option.names()) + value, String.join(" ", option.description()));
  }

  /** The path in Debian's packages. */
  private String config() {
    return "/etc/hy300/" + program.name().replaceFirst("^hy300-", "") + ".yaml";
  }

  /**
   * Every option that is allowed in the file, commented out, with its meaning.
   *
   * @param template comments for the head, and lines {@code key: value} with examples for options
   *     without a useful default
   */
  private String options(Path name, List<String> template) {
    StringBuilder file = new StringBuilder();
    Map<String, String> examples = new LinkedHashMap<>();
    for (String line : template) {
      if (line.startsWith("#") || line.isBlank()) {
        file.append(line).append('\n');
      } else {
        String[] parts = line.split(": ", 2);
        examples.put(parts[0], parts[1]);
      }
    }
    for (OptionSpec option : program.options()) {
      if (!Settings.standsInFile(option)) {
        continue;
      }
      String key = Settings.key(option);
      String value = examples.remove(key);
      if (value == null) {
        value = option.defaultValueString(true);
      }
      if (value == null || value.isEmpty() || value.equals("null")) {
        throw new IllegalArgumentException(name + " has no example of '" + key + "'");
      }
      file.append('\n');
      comment(file, String.join(" ", option.description()));
      file.append('#').append(key).append(": ").append(value).append('\n');
    }
    if (!examples.isEmpty()) {
      throw new IllegalArgumentException(
          name + " has examples of unknown options: " + String.join(", ", examples.keySet()));
    }
    return file.toString();
  }

  private static void comment(StringBuilder file, String text) {
    StringBuilder line = new StringBuilder("#");
    for (String word : text.split(" ", -1)) {
      if (line.length() + 1 + word.length() > WIDTH) {
        file.append(line).append('\n');
        line.setLength(1);
      }
      line.append(' ').append(word);
    }
    file.append(line).append('\n');
  }
}
