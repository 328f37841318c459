// SPDX-License-Identifier: Apache-2.0
// A shell on one of the guides' machines; commands are typed like by a reader.
package org.hy300.e2e;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.hy300.testing.Program;

/** Stays open, so that variables and the directory last from one block to the next. */
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
   * @return their output, including errors
   * @throws AssertionError if one of them fails; its message has all the output
   */
  List<String> run(String commands, Duration limit) throws IOException {
    int before = program.lines().size();
    String mark = "block-" + ++blocks;
    String encoded = Base64.getEncoder().encodeToString(commands.getBytes(StandardCharsets.UTF_8));
    // An empty standard input, so that a command with a question does not wait forever.
    program.type("set -e; eval \"$(echo " + encoded + " | base64 -d)\" </dev/null");
    // On a line of its own, whatever the last output was.
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

  /** Types a command without expecting anything. */
  void type(String command) throws IOException {
    program.type(command);
  }

  @Override
  public void close() {
    program.close();
  }
}
