// SPDX-License-Identifier: Apache-2.0
// A shell on one of the guides' machines, to which commands are typed as by a reader.
package org.hy300.e2e;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.hy300.testing.Program;

/** Stays open: what one block exports or where it goes, the next finds. */
final class Shell implements AutoCloseable {
  private final String machine;
  private final Program program;
  private int blocks;

  Shell(String machine, String... command) throws IOException {
    this.machine = machine;
    program = new Program(machine, Map.of(), command);
  }

  /**
   * Types commands and waits for their end.
   *
   * @return what they have printed, errors too
   * @throws AssertionError if one of them fails; its message has all that was printed
   */
  List<String> run(String commands, Duration limit) throws IOException {
    int before = program.lines().size();
    String mark = "block-" + ++blocks;
    String encoded = Base64.getEncoder().encodeToString(commands.getBytes(StandardCharsets.UTF_8));
    // Without a terminal a command that asks would wait for ever: there is nothing to read.
    program.type("set -e; eval \"$(echo " + encoded + " | base64 -d)\" </dev/null");
    // On a line of its own, whatever was printed last.
    program.type("printf '\\n%s %s\\n' " + mark + " $?");
    try {
      program.awaitLine(Pattern.compile("^" + mark + " 0$"), limit);
    } catch (RuntimeException e) {
      List<String> all = program.lines();
      throw new AssertionError(
          "on "
              + machine
              + ":\n"
              + commands
              + "\n"
              + String.join("\n", all.subList(before, all.size())),
          e);
    }
    List<String> all = program.lines();
    int last = all.size() - 1;
    return all.subList(before, all.get(last - 1).isEmpty() ? last - 1 : last);
  }

  /** Types a command, of which nothing is expected. */
  void type(String command) throws IOException {
    program.type(command);
  }

  @Override
  public void close() {
    program.close();
  }
}
