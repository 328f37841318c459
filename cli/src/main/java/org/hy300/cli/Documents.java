// SPDX-License-Identifier: Apache-2.0
// Writes the manual and the completions from the options and commands that the program parses.
package org.hy300.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.hy300.cli.command.DeviceNames;
import org.hy300.cli.manual.ManPage;
import picocli.AutoComplete;
import picocli.CommandLine;

/** Runs when the program is packaged. */
public final class Documents {
  private static final String ASKED = "$(${COMP_WORDS[0]} devices --names 2>/dev/null)";

  /** zsh can run bash completions. */
  private static final String ZSH =
      """
      #compdef hy300
      # Completion of hy300 for zsh: the one for bash, by bashcompinit.
      # SPDX-License-Identifier: Apache-2.0
      autoload -U +X bashcompinit && bashcompinit
      source "${${(%):-%x}:A:h}/../../bash-completion/completions/hy300"
      _bash_complete -o default -F _complete_hy300 "$@"
      """;

  private Documents() {}

  public static void main(String[] args) throws IOException {
    write(Path.of(args[0]));
  }

  /** Writes all of them into a directory with the layout of /usr/share. */
  static void write(Path share) throws IOException {
    CommandLine line = Main.commandLine(Map.of());
    write(share.resolve("man/man1/hy300.1"), new ManPage(line.getCommandSpec()).text());
    write(share.resolve("bash-completion/completions/hy300"), bash(line));
    write(share.resolve("zsh/site-functions/_hy300"), ZSH);
  }

  /**
   * Makes the completion ask for the devices when needed; picocli only supports fixed lists. Drops
   * the #! line, since the result is not a program.
   */
  private static String bash(CommandLine line) {
    return AutoComplete.bash("hy300", line)
        .replace("\"" + DeviceNames.PLACEHOLDER + "\"", ASKED)
        .replaceFirst("^#!.*\n", "");
  }

  private static void write(Path file, String text) throws IOException {
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }
}
