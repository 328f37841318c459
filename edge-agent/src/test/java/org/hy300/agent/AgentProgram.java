// SPDX-License-Identifier: Apache-2.0
// hy300-agent in a process of its own.
package org.hy300.agent;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.hy300.mqtt.BrokerAddress;
import org.hy300.testing.Program;

/** With native transport if the test's own process has it. */
final class AgentProgram {
  private static final String NO_NATIVE = "io.netty.transport.noNative";

  private AgentProgram() {}

  /**
   * Starts an agent called p1.
   *
   * @param directory the projector's directory, which also holds the journal
   * @param wrapper a program that starts the agent, such as {@code bash -c ...}; may be empty
   * @param options in addition to those that every test needs
   */
  static Program start(
      BrokerAddress broker,
      Path directory,
      Map<String, String> environment,
      List<String> wrapper,
      String... options)
      throws IOException {
    List<String> command = new ArrayList<>(wrapper);
    command.addAll(
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-D" + NO_NATIVE + "=" + Boolean.getBoolean(NO_NATIVE),
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-XX:-UsePerfData",
            "-cp",
            System.getProperty("java.class.path"),
            "org.hy300.agent.Main",
            "--broker=" + broker,
            "--device=p1",
            "--sysfs=" + directory.resolve("projector/hy300"),
            "--journal=" + directory.resolve("journal"),
            "--run-directory=" + directory.resolve("run"),
            "--kmsgpipe=" + directory.resolve("pipe"),
            "--clock-marker=none"));
    command.addAll(List.of(options));
    return new Program("agent", environment, command.toArray(String[]::new));
  }
}
