// SPDX-License-Identifier: Apache-2.0
package org.hy300.program;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Tests the generated documents; the test of the packages compares them with the real programs. */
class DocumentsTest {
  @Command(
      name = "hy300-lamp",
      description = "Lights a lamp. It can be put out.",
      subcommands = Out.class,
      footer = Program.FOOTER)
  static final class Lamp {
    @Option(
        names = "--colour",
        paramLabel = "NAME",
        defaultValue = "white",
        description = "Its colour (white).")
    String colour;

    @Option(names = "--room", paramLabel = "NAME", description = "Where it hangs (none).")
    String room;

    @Option(names = "--blink", description = "On and off.")
    boolean blink;

    @Option(names = Settings.FILE_OPTION, paramLabel = "FILE", description = "A file.")
    String config;
  }

  @Command(name = "out", description = "Puts it out.")
  static final class Out {
    @Parameters(index = "0", paramLabel = "WHEN", description = "After so many seconds.")
    String when;
  }

  @TempDir private Path directory;

  private String write(String template) throws Exception {
    Path file = Files.writeString(directory.resolve("lamp.yaml"), template);
    Path share = directory.resolve("share");
    Documents.main(new String[] {Lamp.class.getName(), "8", share.toString(), file.toString()});
    return Files.readString(share.resolve("lamp.yaml"));
  }

  @Test
  void theFileHasEachOptionThatTakesAValue() throws Exception {
    assertThat(write("# The head.\nroom: hall\n"))
        .isEqualTo(
            """
            # The head.

            # Its colour (white).
            #colour: white

            # Where it hangs (none).
            #room: hall
            """);
  }

  @Test
  void anExampleThatIsMissingOrOfNoOptionIsRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> write("# The head.\n"))
        .withMessageContaining("no example of 'room'");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> write("room: hall\nfloor: 2\n"))
        .withMessageContaining("unknown options: floor");
  }

  @Test
  void theManualNamesOptionsCommandsAndTheService() throws Exception {
    write("room: hall\n");
    assertThat(directory.resolve("share/hy300-lamp.8"))
        .content()
        .contains("hy300\\-lamp \\- lights a lamp\n")
        .contains(".B \\-\\-colour=NAME\nIts colour (white).")
        .contains(".B hy300\\-lamp out WHEN\n", "After so many seconds.")
        .contains(".B \\-\\-blink\n", "/etc/hy300/lamp.yaml", "HY300_KEEP_ALIVE=20");
  }
}
