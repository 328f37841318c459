// SPDX-License-Identifier: Apache-2.0
package org.hy300.simulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.hy300.agent.metrics.Metrics;
import org.hy300.agent.source.ExpositionParser;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(300)
class SimulatorTest {
  private static final Path ABI = Path.of("../kernel/Documentation/ABI/testing");
  private static final Path DRIVERS =
      Path.of("../common/contract/src/main/resources/org/hy300/contract/drivers.txt");
  private static final Pattern WHAT =
      Pattern.compile("(?m)^What:\\s+/sys/class/hy300/(\\w+)/(\\w+)$");

  /** The size limit of a sysfs attribute. */
  private static final int PAGE = 4096;

  @TempDir private Path directory;
  private Simulator simulator;

  @BeforeEach
  void start() throws Exception {
    simulator = new Simulator();
    simulator.add(directory.resolve("1"), 1);
  }

  @AfterEach
  void stop() throws Exception {
    simulator.close();
  }

  private Path file(String attribute) {
    return directory.resolve("1/hy300").resolve(attribute);
  }

  private String read(String attribute) throws IOException {
    return Files.readString(file(attribute)).strip();
  }

  private void write(String attribute, String value) throws IOException {
    Files.writeString(file(attribute), value);
  }

  private void steer(String knob, String value) throws IOException {
    Files.writeString(directory.resolve("1/board").resolve(knob), value);
  }

  private void until(String attribute, String value) {
    await(attribute + " says " + value)
        .atMost(Duration.ofSeconds(60))
        .pollInterval(Duration.ofMillis(10))
        .until(() -> read(attribute).equals(value));
  }

  private double metric(String attribute, String series) throws Exception {
    return ExpositionParser.parse(Files.readString(file(attribute)))
        .values()
        .get(series)
        .doubleValue();
  }

  /** Makes moves outlast any test. */
  private void takesLong() throws IOException {
    steer("motor_step_ms", "1000");
  }

  private void home() throws Exception {
    write("motor/home", "1");
    until("motor/homed", "1");
    until("motor/moving", "0");
  }

  @Test
  void theAttributesAreThoseOfTheDrivers() throws Exception {
    Map<String, Set<String>> documented = new TreeMap<>();
    try (Stream<Path> documents = Files.list(ABI)) {
      for (Path document : documents.toList()) {
        for (MatchResult what : WHAT.matcher(Files.readString(document)).results().toList()) {
          documented.computeIfAbsent(what.group(1), d -> new TreeSet<>()).add(what.group(2));
        }
      }
    }
    assertThat(documented).containsKey("motor");
    for (Map.Entry<String, Set<String>> device : documented.entrySet()) {
      try (Stream<Path> files = Files.list(file(device.getKey()))) {
        assertThat(files.map(f -> f.getFileName().toString()))
            .containsExactlyInAnyOrderElementsOf(device.getValue());
      }
    }
  }

  @Test
  void metricsAreWhatTheAgentTakes() throws Exception {
    try (Stream<Path> files = Files.walk(directory.resolve("1/hy300"))) {
      for (Path page : files.filter(Files::isRegularFile).toList()) {
        String content = Files.readString(page);
        if (!content.startsWith("#")) {
          continue;
        }
        assertThat(content).hasSizeLessThan(PAGE);
        Metrics metrics = ExpositionParser.parse(content);
        String prefix = "hy300_" + page.getParent().getFileName() + "_";
        assertThat(metrics.families().keySet()).allMatch(name -> name.startsWith(prefix));
      }
    }
  }

  /** Except for the registers of the HDMI input, which nothing would change in the simulator. */
  @Test
  void theFamiliesAreThoseOfTheDrivers() throws Exception {
    write("mips/load_firmware", "display.bin");
    // The page follows the attribute.
    await()
        .atMost(Duration.ofSeconds(60))
        .untilAsserted(
            () ->
                assertThat(shown())
                    .containsExactlyInAnyOrderElementsOf(
                        Files.readAllLines(DRIVERS).stream()
                            .filter(
                                line ->
                                    !line.startsWith("## ")
                                        && !line.contains("hy300_tvcap_register"))
                            .map(SimulatorTest::withoutValue)
                            .toList()));
  }

  private List<String> shown() throws IOException {
    List<String> shown = new ArrayList<>();
    try (Stream<Path> files = Files.walk(directory.resolve("1/hy300"), 2)) {
      for (Path page : files.filter(Files::isRegularFile).toList()) {
        String content = Files.readString(page);
        if (content.startsWith("# HELP ")) {
          content.lines().map(SimulatorTest::withoutValue).forEach(shown::add);
        }
      }
    }
    return shown;
  }

  /** The firmware's label differs in each guest. */
  private static String withoutValue(String line) {
    return line.startsWith("#")
        ? line
        : line.replaceFirst(" [^ ]*$", "").replaceFirst("name=\"[^\"]*\"", "name");
  }

  @Test
  void ordersCannotBeReadAndReadingsNotBeWritten() throws Exception {
    assertThat(Files.getPosixFilePermissions(file("motor/home")))
        .containsExactly(PosixFilePermission.OWNER_WRITE);
    assertThat(Files.getPosixFilePermissions(file("motor/position")))
        .doesNotContain(PosixFilePermission.OWNER_WRITE);
  }

  @Test
  void aMoveTakesItsTimeAndEndsWithEverythingFinal() throws Exception {
    home();
    double steps = metric("motor/steps_total", "hy300_motor_steps_total");
    long began = System.nanoTime();
    write("motor/target_position", "120");
    until("motor/position", "120");
    until("motor/moving", "0");
    assertThat(System.nanoTime() - began).isGreaterThan(120 * 3_000_000L);
    assertThat(read("motor/position")).isEqualTo("120");
    assertThat(metric("motor/current_position", "hy300_motor_position_steps")).isEqualTo(120);
    assertThat(metric("motor/steps_total", "hy300_motor_steps_total")).isEqualTo(steps + 120);
    assertThat(Files.readString(file("motor/position"))).isEqualTo("120\n");
  }

  @Test
  void aNewTargetTakesTheMotorAndAStopEndsTheMove() throws Exception {
    home();
    takesLong();
    write("motor/target_position", "1000");
    until("motor/moving", "1");
    write("motor/target_position", "10");
    steer("motor_step_ms", "3");
    until("motor/position", "10");
    until("motor/moving", "0");
    takesLong();
    write("motor/target_position", "900");
    until("motor/moving", "1");
    write("motor/stop", "1");
    until("motor/moving", "0");
    assertThat(read("motor/target_position")).isEqualTo(read("motor/position"));
    assertThat(read("motor/stop")).isEmpty();
  }

  @Test
  void aRefusedTargetIsPutBack() throws Exception {
    write("motor/target_position", "50");
    until("motor/target_position", "0");
    home();
    for (String wrong : new String[] {"1001", "-1", "nonsense"}) {
      write("motor/target_position", wrong);
      until("motor/target_position", "0");
    }
    assertThat(metric("motor/movements_total", "hy300_motor_movements_total")).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"stuck_closed", "stuck_open"})
  void aSwitchThatDoesNotWorkIsAFaultUntilItIsCleared(String mode) throws Exception {
    steer("motor_switch_mode", mode);
    write("motor/home", "1");
    until("motor/fault", mode.equals("stuck_open") ? "homing_timeout" : "limit_switch_stuck");
    until("motor/moving", "0");
    assertThat(read("motor/homed")).isEqualTo("0");
    write("motor/home", "1");
    until("motor/home", "");
    assertThat(metric("motor/homing_attempts_total", "hy300_motor_homing_attempts_total"))
        .isEqualTo(1);
    steer("motor_switch_mode", "ok");
    write("motor/fault", "none");
    until("motor/fault", "none");
    home();
  }

  @Test
  void aSignalComesStreamsAndGoes() throws Exception {
    steer("hdmi_source", "1280x720@60");
    until("tvcap/streaming", "1");
    assertThat(read("tvcap/resolution")).isEqualTo("1280x720");
    assertThat(read("tvcap/hdmi_connected")).isEqualTo("1");
    await()
        .atMost(Duration.ofSeconds(60))
        .until(() -> metric("tvcap/capture_stats", "hy300_tvcap_frames_captured_total") > 60);
    steer("hdmi_source", "silent");
    until("tvcap/signal_detected", "0");
    assertThat(read("tvcap/hdmi_connected")).isEqualTo("1");
    steer("hdmi_source", "none");
    until("tvcap/hdmi_connected", "0");
    assertThat(metric("tvcap/signal_detection", "hy300_tvcap_signal_changes_total")).isEqualTo(2);
    assertThat(metric("tvcap/signal_detection", "hy300_tvcap_hotplug_events_total")).isEqualTo(2);

    steer("hdmi_source", "1280x720@60");
    until("tvcap/streaming", "1");
    write("tvcap/enabled", "0");
    until("tvcap/hdmi_connected", "0");
    write("tvcap/enabled", "2");
    until("tvcap/enabled", "0");
    write("tvcap/enabled", "1");
    until("tvcap/streaming", "1");
  }

  @Test
  void theCoprocessorBootsLoadsAndRefuses() throws Exception {
    assertThat(read("mips/state")).isEqualTo("running");
    write("mips/restart", "1");
    // Counts changes, because the state may have been different only briefly.
    await()
        .atMost(Duration.ofSeconds(60))
        .until(
            () ->
                metric(
                        "mips/firmware_status",
                        "hy300_mips_state_changes_total{attribute=\"state\"}")
                    == 3);
    until("mips/state", "running");
    write("mips/load_firmware", "other.bin");
    until("mips/load_firmware", "");
    write("mips/load_firmware", "display.bin");
    await()
        .atMost(Duration.ofSeconds(60))
        .until(
            () -> metric("mips/firmware_status", "hy300_mips_firmware_load_successes_total") == 1);
    until("mips/state", "running");
    write("mips/keystone", "1 2 3 4 -5 -6 -7 -100");
    await()
        .atMost(Duration.ofSeconds(60))
        .until(
            () ->
                metric("mips/communication_errors", "hy300_mips_orders_total{order=\"keystone\"}")
                    == 1);
    write("mips/keystone", "1 2 3 4 5 6 7 101");
    until("mips/keystone", "1 2 3 4 -5 -6 -7 -100");
    steer("mips_mode", "silent");
    write("mips/restart", "1");
    until("mips/state", "unresponsive");
  }

  @Test
  void anotherSimulatorTakesTheDirectoryOver() throws Exception {
    home();
    takesLong();
    write("motor/target_position", "200");
    until("motor/moving", "1");
    simulator.close();
    simulator = new Simulator();
    simulator.add(directory.resolve("1"), 1);
    until("motor/moving", "0");
    assertThat(read("motor/position")).isEqualTo("0");
    home();
  }
}
