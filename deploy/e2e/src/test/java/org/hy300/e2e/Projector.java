// SPDX-License-Identifier: Apache-2.0
// The booted projector of the end-to-end test, with a shell on its console.
package org.hy300.e2e;

import java.io.IOException;
import java.time.Duration;
import java.util.regex.Pattern;
import org.hy300.testing.Program;

/** A guest with the real drivers and the real agent. */
final class Projector implements AutoCloseable {
  private final Program guest;
  private int commands;

  Projector(String device, Fleet fleet, int keepAliveSeconds) throws IOException {
    guest =
        new Program(
            "projector",
            fleet.login(),
            Root.DIRECTORY.resolve("deploy/vm/boot.sh").toString(),
            "projector",
            "hy300.broker=mqtt://10.0.2.2:%d hy300.device=%s hy300.keep_alive=%d hy300.home=1"
                .formatted(fleet.mqttPort, device, keepAliveSeconds));
  }

  /** Runs a command in the guest and returns the one line that it prints. */
  String shell(String command) throws IOException {
    return shell(command, Duration.ofMinutes(2));
  }

  /** Runs a command with a time limit. */
  synchronized String shell(String command, Duration limit) throws IOException {
    String mark = "answer-" + ++commands;
    // The guest assembles the mark, so that the console's echo of the command is not mistaken for
    // the answer.
    guest.type("echo answer\"\"-" + commands + " \"$(" + command + ")\"");
    return guest.awaitLine(Pattern.compile("^" + mark + " ?(.*)$"), limit).group(1);
  }

  /** Content of one of the motor's attributes. */
  String motor(String attribute) throws IOException {
    return shell("cat /sys/class/hy300/motor/" + attribute);
  }

  Program guest() {
    return guest;
  }

  @Override
  public void close() {
    guest.close();
  }
}
