// SPDX-License-Identifier: Apache-2.0
package org.hy300.collector.exposition;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonArray;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.hy300.collector.PlayedFleet;
import org.hy300.testing.Program;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The pages as bytes: three devices, one offline and one with invalid messages. */
class PagesTest {
  private final PlayedFleet played = new PlayedFleet();

  @BeforeEach
  void aFleet() {
    device("lobby", "s1", "\"site\":\"berlin\",\"room\":\"a \\\"2\\\"\\\\\\n\"", "gauge");
    played.state(
        "lobby",
        "motor",
        "s1",
        1,
        "\"hy300_motor_position_steps\":127,\"hy300_motor_steps_total\":9007199254740991,"
            + "\"hy300_motor_fault{reason=\\\"none\\\"}\":1,\"hy300_motor_odd\":1");
    played.state(
        "lobby",
        "board",
        "s1",
        2,
        "\"hy300_board_temperature_celsius\":47.25,\"hy300_motor_position_steps\":3");
    played.state(
        "lobby",
        "motor1",
        "s1",
        3,
        "\"hy300_motor_position_steps{unit=\\\"1\\\"}\":700,\"a{z=\\\"1\\\",b=\\\"2\\\"}\":-0.001,"
            + "\"a{b=\\\"2\\\",z=\\\"1\\\"}\":2,\"m\":3e300,\"m{}\":4,\"n{x=\\\"\u00e9\\\\\\\"\\\\n\\\"}\":1e-7");

    device("attic", "s2", "", "gauge");
    played.state("attic", "motor", "s2", 1, "\"hy300_motor_position_steps\":5");
    played.will("attic", "s2");

    device("rogue", "s3", "\"device\":\"lobby\"", "counter");
    played.state(
        "rogue",
        "motor",
        "s3",
        1,
        "\"hy300_motor_position_steps\":1,\"hy300_motor_steps_total\":2,\"hy300_device_up\":3,"
            + "\"bad name\":4,\"x{device=\\\"lobby\\\"}\":5");
  }

  private void device(String name, String session, String labels, String position) {
    // Retained, so that the page shows the message's own time.
    played.message(
        name + "/status",
        "{\"state\":\"online\",\"session\":\"%s\",\"time\":\"%s\"}"
            .formatted(session, PlayedFleet.TIME),
        true);
    played.message(
        name + "/info",
        """
        {"session":"%s","time":"%s","model":"HY300","kernel":"6.1","agent_version":"1.0","boot_id":"b",
         "labels":{%s},"subsystems":["motor"],"families":{
         "hy300_motor_position_steps":{"type":"%s","help":"Position in \\"steps\\"."},
         "hy300_motor_odd":{"type":"counter","help":"A counter that is not called one."},
         "hy300_motor_steps_total":{"type":"counter","help":"Steps made,\\nboth ways: \\\\."}}}
        """
            .formatted(session, PlayedFleet.TIME, labels, position),
        true);
  }

  /** The time of the last message is the current one, so a golden page ignores it. */
  private static String withoutTimes(String page) {
    return page.replaceAll("(last_seen_timestamp_seconds\\{[^}]*\\}) [0-9.]+", "$1 TIME");
  }

  private static String golden(String name) throws IOException {
    try (InputStream file = PagesTest.class.getResourceAsStream("/exposition/" + name)) {
      return new String(file.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private static void assertGolden(Page page, String name) throws IOException {
    String text = withoutTimes(PageText.of(page));
    assertThat(text).isEqualTo(golden(name));
  }

  private FleetPage fleetPage(Format format, Shard shard) {
    return new FleetPage(played.fleet, format, shard, true, true);
  }

  private DevicePage devicePage(Format format) {
    return new DevicePage(played.fleet.find("lobby").orElseThrow(), played.fleet, format);
  }

  @Test
  void theFleetInText() throws IOException {
    assertGolden(fleetPage(Format.TEXT, Shard.ALL), "fleet.txt");
  }

  @Test
  void theFleetInOpenMetrics() throws IOException {
    assertGolden(fleetPage(Format.OPENMETRICS, Shard.ALL), "fleet.om");
  }

  @Test
  void oneDeviceInText() throws IOException {
    assertGolden(devicePage(Format.TEXT), "device.txt");
  }

  @Test
  void oneDeviceInOpenMetrics() throws IOException {
    assertGolden(devicePage(Format.OPENMETRICS), "device.om");
  }

  @Test
  void withoutABrokerNothingIsClaimedThatMayNoLongerHold() throws IOException {
    assertGolden(
        new FleetPage(played.fleet, Format.TEXT, Shard.ALL, false, false), "broker-lost.txt");
  }

  /** promtool cannot parse OpenMetrics; a real Prometheus does in ScrapeTest. */
  @Test
  void promtoolFindsNothingToCriticise(@TempDir Path directory) throws Exception {
    Path page = directory.resolve("page");
    Files.writeString(page, PageText.of(fleetPage(Format.TEXT, Shard.ALL)));
    try (Program promtool =
        new Program(
            "promtool",
            Map.of(),
            "sh",
            "-c",
            "promtool check metrics <\"$1\"",
            "sh",
            page.toString())) {
      int status = promtool.awaitExit(Duration.ofSeconds(60));
      // Some families have no HELP because no device sent one, and one counter has a wrong name.
      assertThat(promtool.lines())
          .noneMatch(line -> !line.contains("no help text") && !line.contains("hy300_motor_odd"));
      assertThat(status).isIn(0, 3);
    }
  }

  /** A rule of OpenMetrics 1.0 that parsers enforce: no family has a sample name of another. */
  @Test
  void noSampleNameBelongsToTwoFamiliesAndNoCounterIsNegative() {
    for (String name : List.of("x_total", "x_created", "x", "y_created", "y_total", "z_total")) {
      String session = "s" + name;
      device(name, session, "", "gauge");
      played.message(
          name + "/info",
          """
          {"session":"%s","time":"%s","model":"m","kernel":"6.1","agent_version":"1","boot_id":"b",
           "subsystems":[],"labels":{},"families":{"%s":{"type":"%s","help":"h"}}}
          """
              .formatted(
                  session, PlayedFleet.TIME, name, name.endsWith("_total") ? "counter" : "gauge"),
          true);
      played.state(name, "board", session, 1, "\"" + name + "\":" + (name.charAt(0) - 'y'));
    }
    String page = PageText.of(fleetPage(Format.OPENMETRICS, Shard.ALL));
    Set<String> names = new HashSet<>();
    for (String line : page.lines().filter(line -> line.startsWith("# TYPE ")).toList()) {
      String[] words = line.split(" ", -1);
      assertThat(names.add(words[2])).as(line).isTrue();
      if (words[3].equals("counter")) {
        assertThat(names.add(words[2] + "_total")).as(line).isTrue();
        assertThat(names.add(words[2] + "_created")).as(line).isTrue();
      }
    }
    assertThat(page).contains("y_created{device=\"y_created\"} 0", "z_total{device=\"z_total\"} 1");
    assertThat(page.lines().filter(line -> line.matches("\\w+_total\\{.* -.*"))).isEmpty();
  }

  @Test
  void shardsHaveEachDeviceOnce() {
    Set<String> all = seen(Shard.ALL);
    Set<String> together = new HashSet<>();
    for (int i = 1; i <= 3; i++) {
      for (String device : seen(new Shard(i, 3))) {
        assertThat(together.add(device)).as(device).isTrue();
      }
    }
    assertThat(together).isEqualTo(all);
  }

  @Test
  void shardsAreOfLikeSize() {
    for (int i = 0; i < 4000; i++) {
      played.online("projector-%05d".formatted(i), "u" + i);
    }
    for (int i = 1; i <= 4; i++) {
      assertThat(seen(new Shard(i, 4))).hasSizeBetween(900, 1100);
    }
  }

  private Set<String> seen(Shard shard) {
    return PageText.of(fleetPage(Format.TEXT, shard))
        .lines()
        .filter(line -> line.startsWith("hy300_device_up{"))
        .collect(Collectors.toSet());
  }

  @Test
  void everyDeviceIsATarget() {
    JsonArray targets =
        new JsonArray(PageText.of(new ServiceDiscovery(played.fleet, Shard.ALL, "127.0.0.1:80")));
    assertThat(targets).hasSize(3);
    assertThat(targets.stream().map(Object::toString))
        .contains(
            "{\"targets\":[\"127.0.0.1:80\"],\"labels\":{\"__metrics_path__\":\"/metrics/lobby\","
                + "\"device\":\"lobby\",\"__meta_hy300_model\":\"HY300\","
                + "\"__meta_hy300_label_room\":\"a \\\"2\\\"\\\\\\n\","
                + "\"__meta_hy300_label_site\":\"berlin\"}}");
  }
}
