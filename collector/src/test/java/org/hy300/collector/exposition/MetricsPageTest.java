// SPDX-License-Identifier: Apache-2.0
package org.hy300.collector.exposition;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.hy300.collector.CollectorMetrics;
import org.hy300.collector.fleet.Fleet;
import org.hy300.collector.ingest.StateParser.State;
import org.hy300.contract.Family;
import org.hy300.contract.InfoMessage;
import org.hy300.contract.StatusMessage;
import org.hy300.testing.Program;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The page as bytes: three devices, of which one is offline and one sends what it should not. */
class MetricsPageTest {
  private static final Instant TIME = Instant.parse("2026-11-21T04:00:00.123Z");
  private static final Family POSITION = new Family("gauge", "Position in steps.");
  private static final Family STEPS = new Family("counter", "Steps made.");

  private final MeterRegistry registry = new SimpleMeterRegistry();
  private final Fleet fleet = new Fleet(new CollectorMetrics(registry));

  @BeforeEach
  void aFleet() {
    online("lobby", "s1", Map.of("site", "berlin", "room", "a \"2\"\\\n"), POSITION);
    state(
        "lobby",
        "motor",
        "s1",
        List.of(
            "hy300_motor_position_steps",
            "hy300_motor_steps_total",
            "hy300_motor_fault{reason=\"none\"}"),
        127,
        9007199254740991.0,
        1);
    state(
        "lobby",
        "board",
        "s1",
        List.of("hy300_board_temperature_celsius", "hy300_motor_position_steps"),
        47.25,
        3);

    state(
        "lobby",
        "motor1",
        "s1",
        List.of(
            "hy300_motor_position_steps{unit=\"1\"}",
            "a{z=\"1\",b=\"2\"}",
            "a{b=\"2\",z=\"1\"}",
            "m",
            "m{}"),
        700,
        1,
        2,
        3,
        4);

    online("attic", "s2", Map.of(), POSITION);
    state("attic", "motor", "s2", List.of("hy300_motor_position_steps"), 5);
    fleet.status("attic", new StatusMessage(false, "s2", TIME), TIME);

    online("rogue", "s3", Map.of("device", "lobby"), new Family("counter", "A lie."));
    state(
        "rogue",
        "motor",
        "s3",
        List.of(
            "hy300_motor_position_steps",
            "hy300_motor_steps_total",
            "hy300_device_up",
            "bad name",
            "x{device=\"lobby\"}",
            "y{z=\"}\""),
        1,
        2,
        3,
        4,
        5,
        6);
  }

  private void online(String device, String session, Map<String, String> labels, Family position) {
    fleet.status(device, new StatusMessage(true, session, TIME), TIME);
    fleet.info(
        device,
        new InfoMessage(
            session,
            TIME,
            "HY300",
            "6.1",
            "1.0",
            "b",
            labels,
            List.of("motor"),
            Map.of("hy300_motor_position_steps", position, "hy300_motor_steps_total", STEPS)),
        TIME);
  }

  private void state(
      String device, String subsystem, String session, List<String> series, double... values) {
    fleet.state(device, subsystem, new State(session, 1, null, series, values), TIME, false);
  }

  private static String golden(String name) throws IOException {
    try (InputStream file = MetricsPageTest.class.getResourceAsStream("/exposition/" + name)) {
      return new String(file.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  @Test
  void theFleetsPage() throws IOException {
    assertThat(MetricsPage.write(fleet, true, true).toString()).isEqualTo(golden("fleet.txt"));
  }

  @Test
  void withoutABrokerNothingIsClaimedThatMayNoLongerHold() throws IOException {
    assertThat(MetricsPage.write(fleet, false, false).toString())
        .isEqualTo(golden("broker-lost.txt"));
  }

  @Test
  void promtoolFindsNothingToCriticise(@TempDir Path directory) throws Exception {
    Path page =
        Files.write(directory.resolve("page.txt"), MetricsPage.write(fleet, true, true).getBytes());
    try (Program promtool =
        new Program(
            "promtool",
            Map.of(),
            "sh",
            "-c",
            "promtool check metrics <\"$1\"",
            "sh",
            page.toString())) {
      int status = promtool.awaitExit(Duration.ofSeconds(20));
      // The families of the rogue's own have no HELP, for nobody told one.
      assertThat(promtool.lines()).noneMatch(line -> !line.contains("no help text"));
      assertThat(status).isIn(0, 3);
    }
  }

  @Test
  void whatIsLeftOutIsCounted() {
    assertThat(dropped("illegal_series")).isEqualTo(1);
    assertThat(dropped("family_conflict")).isEqualTo(1);
  }

  private double dropped(String reason) {
    return registry.get("hy300.collector.drops").tag("reason", reason).counter().count();
  }
}
