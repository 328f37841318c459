// SPDX-License-Identifier: Apache-2.0
package org.hy300.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.hy300.contract.Argument;
import org.hy300.contract.CommandCatalogue;
import org.hy300.contract.CommandEntry;
import org.hy300.contract.Role;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;

/** The manual and the completions are complete, and their programs can read them. */
@Timeout(300)
class DocumentsTest {
  @TempDir private Path share;

  @BeforeEach
  void write() throws Exception {
    Documents.write(share);
  }

  private static List<CommandLine> commands(CommandLine line) {
    List<CommandLine> all = new ArrayList<>(List.of(line));
    line.getSubcommands().values().forEach(each -> all.addAll(commands(each)));
    return all;
  }

  private static String run(String... command) throws Exception {
    Hy300 run = Hy300.execute(Map.of("MANWIDTH", "200", "LC_ALL", "C"), List.of(command));
    assertThat(run.err()).isEmpty();
    assertThat(run.status()).as(run.out()).isZero();
    return run.out().strip();
  }

  @Test
  void everyCommandOfTheCatalogueIsThere() {
    Map<String, CommandLine> groups = Main.commandLine(Map.of()).getSubcommands();
    for (CommandEntry command : CommandCatalogue.COMMANDS) {
      String group = command.subsystem().equals("tvcap") ? "capture" : command.subsystem();
      assertThat(groups.get(group).getSubcommands())
          .containsKey(command.action().replace('_', '-'));
    }
  }

  @Test
  void theManualSaysOfEachCommandWhatTheCatalogueSays() throws Exception {
    String page = manual().replaceAll("\\s+", " ");
    for (CommandEntry command : CommandCatalogue.COMMANDS) {
      String group = command.subsystem().equals("tvcap") ? "capture" : command.subsystem();
      String heading = "hy300 " + group + " " + command.action().replace('_', '-') + " ";
      // Up to the next synopsis: there is one below each heading.
      String section =
          page.substring(page.indexOf(heading + heading))
              .split(" hy300 [a-z]+ [a-z-]+ hy300 ", 2)[0];
      assertThat(section).contains(command.summary(), "Done when " + command.end().when());
      assertThat(section.contains("Always taken")).isEqualTo(command.isAlwaysTaken());
      assertThat(section.contains("Needs the role admin")).isEqualTo(command.role() == Role.ADMIN);
      int at = 0;
      for (Argument argument : command.arguments()) {
        String said = argument.meaning().substring(1) + ": " + argument.range() + ".";
        assertThat(section.substring(at)).as(command.name()).contains(said);
        at = section.indexOf(said, at);
      }
    }
  }

  /** So wide that no sentence is wrapped. */
  private String manual() throws Exception {
    String file = share.resolve("man/man1/hy300.1").toString();
    return run(
        "sh", "-c", "MANWIDTH=1000 man --warnings=w -l -Tascii " + file + " | sed 's/.\\x08//g'");
  }

  @Test
  void theManualNamesEachCommandAndOptionAndHasNoMistakes() throws Exception {
    String page = manual();
    for (CommandLine line : commands(Main.commandLine(Map.of()))) {
      if (line.getSubcommands().isEmpty()) {
        assertThat(page).contains(line.getCommandSpec().qualifiedName());
      }
      for (OptionSpec option : line.getCommandSpec().options()) {
        assertThat(page).contains(option.longestName());
      }
    }
    assertThat(page).contains("EXIT STATUS", "HY300_TOKEN_FILE", "x and y of each");
    assertThat(page).containsPattern("\n +70 +A bug in hy300");
  }

  @Test
  void bashCompletesCommandsOptionsAndDevices() throws Exception {
    Path script = share.resolve("bash-completion/completions/hy300");
    String text = Files.readString(script);
    for (CommandLine line : commands(Main.commandLine(Map.of()))) {
      assertThat(text).contains(line.getCommandName());
      for (OptionSpec option : line.getCommandSpec().options()) {
        assertThat(text).contains(option.longestName());
      }
    }
    Path hy300 =
        Files.writeString(
            share.resolve("hy300"),
            "#!/bin/sh\n[ \"$*\" = 'devices --names' ] && printf 'projector-7\\nprojector-8\\n'\n");
    assertThat(hy300.toFile().setExecutable(true)).isTrue();
    assertThat(complete(script, hy300, "mot")).isEqualTo("motor");
    assertThat(complete(script, hy300, "motor", "clear")).isEqualTo("clear-fault");
    assertThat(complete(script, hy300, "motor", "move", "--no")).isEqualTo("--no-wait");
    assertThat(complete(script, hy300, "motor", "move", "pro"))
        .isEqualTo("projector-7 projector-8");
    assertThat(complete(script, hy300, "show", "projector-8")).isEqualTo("projector-8");
    assertThat(complete(script, hy300, "settings", "--expect-signal", "u")).isEqualTo("unset");
  }

  private static String complete(Path script, Path hy300, String... words) throws Exception {
    return run(
        "bash",
        "-c",
        "source %s; COMP_WORDS=(%s %s); COMP_CWORD=%d; _complete_hy300 2>/dev/null; echo \"${COMPREPLY[*]}\""
            .formatted(script, hy300, String.join(" ", words), words.length));
  }

  @Test
  void zshTakesTheCompletion() throws Exception {
    String file = share.resolve("zsh/site-functions/_hy300").toString();
    assertThat(
            run(
                "zsh",
                "-fc",
                "fpath=("
                    + share.resolve("zsh/site-functions")
                    + " $fpath); autoload -U compinit; compinit -u -D; print $_comps[hy300];"
                    + " zsh -n "
                    + file))
        .isEqualTo("_hy300");
  }
}
