// SPDX-License-Identifier: Apache-2.0
// Two simulated projectors with their agents, mosquitto and a collector, each in its own process.
package org.hy300.cli;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.hy300.testing.Mosquitto;
import org.hy300.testing.Program;

/** simulated-1 has the label site=berlin, simulated-2 site=hamburg. */
final class Site implements AutoCloseable {
  static final Duration LIMIT = Duration.ofMinutes(2);
  private static final List<String> LABELS = List.of("site=berlin", "site=hamburg");

  private final Path directory;
  private final Mosquitto broker;
  private final List<Program> programs = new ArrayList<>();
  private final Program simulator;
  final String url;

  Site(Path directory) throws Exception {
    this.directory = directory;
    broker = new Mosquitto(directory);
    simulator = java("org.hy300.simulator.Main", "--directory=" + directory, "--projectors=2");
    simulator.awaitLine(Pattern.compile("simulated projectors in"), LIMIT);
    for (int number = 1; number <= LABELS.size(); number++) {
      programs.add(
          java(
              "org.hy300.agent.Main",
              "--broker=" + broker.address(),
              "--device=simulated-" + number,
              "--labels=" + LABELS.get(number - 1),
              "--sysfs=" + directory.resolve("simulated-" + number + "/hy300"),
              "--journal=" + directory.resolve("journal"),
              "--run-directory=" + directory.resolve("run"),
              "--clock-marker=none"));
    }
    programs.add(0, simulator);
    Program collector =
        java(
            "org.hy300.collector.Main",
            "--broker=" + broker.address(),
            "--http-port=0",
            "--data=" + directory.resolve("collector"));
    programs.add(collector);
    url = collector.awaitLine(Pattern.compile("metrics at (http\\S+)/metrics"), LIMIT).group(1);
    awaitOnline();
    for (int number = 1; number <= LABELS.size(); number++) {
      awaitShown(number, "hy300_motor_position_steps");
    }
  }

  /** Waits until both projectors are online. */
  void awaitOnline() {
    await("both are online")
        .atMost(LIMIT)
        .until(() -> hy300("devices", "--online", "--names").lines().size() == LABELS.size());
  }

  /** Waits until the pattern is found in the output of show for a projector. */
  void awaitShown(int number, String pattern) {
    await("simulated-" + number + " shows " + pattern)
        .atMost(LIMIT)
        .until(
            () ->
                Pattern.compile(pattern)
                    .matcher(hy300("show", "simulated-" + number).out())
                    .find());
  }

  /** Starts a program from the test's class path. */
  static Program java(String main, String... options) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of(
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-cp",
            System.getProperty("java.class.path"),
            main));
    command.addAll(List.of(options));
    return new Program(main, Map.of(), command.toArray(String[]::new));
  }

  Hy300 hy300(String... args) throws IOException, InterruptedException {
    return Hy300.run(Map.of("HY300_URL", url), args);
  }

  Program agent(int number) {
    return programs.get(number);
  }

  /** The directory of a projector's classes. */
  Path projector(int number) {
    return directory.resolve("simulated-" + number);
  }

  Mosquitto broker() {
    return broker;
  }

  /** Controls a projector's hardware. */
  void steer(int number, String knob, String value) throws IOException {
    Files.writeString(projector(number).resolve("board").resolve(knob), value);
  }

  @Override
  public void close() {
    for (int i = programs.size() - 1; i >= 0; i--) {
      programs.get(i).close();
    }
    broker.close();
  }
}
