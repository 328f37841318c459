// SPDX-License-Identifier: Apache-2.0
// A projector without an agent: Debian's node_exporter reads the drivers' metric attributes through
// the shipped links, and Prometheus has the same series and alerts.
package org.hy300.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hy300.e2e.SimulatedFleet.LIMIT;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.hy300.testing.Program;
import org.hy300.testing.Prometheus;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 10, unit = TimeUnit.MINUTES)
class NodeExporterIT {
  private static final String DEVICE = "{device=\"127.0.0.1\"}";
  private static final Path NUMASTAT = Path.of("/sys/devices/system/node/node0/numastat");

  private static final Pattern FAMILY = Pattern.compile("^# TYPE (\\S+) ", Pattern.MULTILINE);

  @TempDir private Path directory;
  private final List<AutoCloseable> running = new ArrayList<>();
  private Path drivers;
  private Path textfiles;
  private NodeExporter exporter;
  private Prometheus prometheus;

  @BeforeEach
  void start() throws Exception {
    Program simulator =
        new Program(
            "hy300-simulator",
            Map.of(),
            Root.DIRECTORY.resolve("edge-agent/target/hy300-agent/bin/hy300-simulator").toString(),
            "--directory=" + directory);
    running.add(simulator);
    simulator.awaitLine(Pattern.compile("simulated projectors in"), LIMIT);
    drivers = directory.resolve("simulated-1/hy300");
    textfiles = directory.resolve("textfiles");
    link();
    exporter = new NodeExporter(textfiles);
    running.add(exporter);
    prometheus =
        ShippedPrometheus.start(
            "node-exporter/prometheus.yml",
            "projector-7.example:9100",
            "127.0.0.1:" + exporter.port,
            directory.resolve("prometheus-of-nodes"));
    running.add(prometheus);
  }

  @AfterEach
  void stop() throws Exception {
    for (int last = running.size() - 1; last >= 0; last--) {
      running.get(last).close();
    }
  }

  /** As shipped if the test runs as root, which may give files away. */
  private static String owner() {
    return System.getProperty("user.name").equals("root") ? " prometheus prometheus " : " - - ";
  }

  /** Creates the links like systemd at boot, in directories of the test. */
  private void link() throws Exception {
    Path configuration =
        Files.writeString(
            directory.resolve("hy300.conf"),
            NodeExporter.links()
                .replace("/var/lib/prometheus/node-exporter", textfiles.toString())
                .replace("/sys/class/hy300", drivers.toString())
                .replace(" prometheus prometheus ", owner()));
    try (Program tmpfiles =
        new Program(
            "systemd-tmpfiles",
            Map.of(),
            "systemd-tmpfiles",
            "--create",
            configuration.toString())) {
      assertThat(tmpfiles.awaitExit(LIMIT)).as(tmpfiles.lines().toString()).isZero();
    }
  }

  private <T> void eventually(String expression, T value) {
    await(expression)
        .atMost(LIMIT)
        .untilAsserted(() -> assertThat(prometheus.query(expression)).isEqualTo(value));
  }

  private void order(String attribute, String value) throws IOException {
    Files.writeString(drivers.resolve(attribute), value + "\n");
  }

  private boolean fires(String alert) throws Exception {
    return prometheus.alerts().stream()
        .filter(each -> each.getString("state").equals("firing"))
        .map(each -> each.getJsonObject("labels"))
        .anyMatch(
            labels ->
                labels.getString("alertname").equals(alert)
                    && "127.0.0.1".equals(labels.getString("device")));
  }

  @Test
  void theSeriesAreThoseOfTheDriversAndTheAlertsFire() throws Exception {
    eventually("node_textfile_scrape_error", Optional.of(0.0));
    eventually("hy300_motor_position_steps" + DEVICE, Optional.of(0.0));
    order("motor/home", "1");
    eventually("hy300_motor_homed" + DEVICE, Optional.of(1.0));
    order("motor/target_position", "120");
    eventually("hy300_motor_position_steps" + DEVICE, Optional.of(120.0));
    for (String attribute : NodeExporter.attributes()) {
      Matcher families = FAMILY.matcher(Files.readString(drivers.resolve(attribute)));
      while (families.find()) {
        String family = families.group(1);
        await(family).atMost(LIMIT).until(() -> !prometheus.samples(family + DEVICE).isEmpty());
      }
    }

    Path board = directory.resolve("simulated-1/board");
    Files.writeString(board.resolve("motor_step_ms"), "1\n");
    Files.writeString(board.resolve("motor_switch_mode"), "stuck_open\n");
    order("motor/home", "1");
    await("MotorFault").atMost(LIMIT).until(() -> fires("MotorFault"));
    Files.writeString(board.resolve("hdmi_source"), "none\n");
    // A file takes the place of the collector's setting `expect_signal`.
    Files.writeString(textfiles.resolve("expect.prom"), "hy300_device_expect_signal 1\n");
    await("SignalLost").atMost(LIMIT).until(() -> fires("SignalLost"));
    exporter.close();
    await("DeviceDown").atMost(LIMIT).until(() -> fires("DeviceDown"));
  }

  @Test
  void aDriverThatIsNotLoadedIsSaidAndTheOthersAreRead() throws Exception {
    eventually("hy300_mips_firmware_loaded" + DEVICE, Optional.of(1.0));
    Files.delete(drivers.resolve("mips/firmware_status"));
    eventually("node_textfile_scrape_error", Optional.of(1.0));
    eventually("hy300_mips_firmware_loaded" + DEVICE, Optional.empty());
    eventually("hy300_motor_homed" + DEVICE, Optional.of(0.0));
  }

  /**
   * Simulated attributes are plain files; an attribute of Linux shows that links into sysfs work.
   */
  @Test
  void aLinkIntoSysfsIsReadAnewEachTime() throws Exception {
    assertThat(NUMASTAT)
        .as("counters of the machine's own kernel, which Debian builds with NUMA")
        .exists();
    Path link = Files.createSymbolicLink(textfiles.resolve("numa.prom"), NUMASTAT);
    eventually("node_textfile_scrape_error", Optional.of(0.0));
    await("the kernel's counter is seen to move")
        .atMost(LIMIT)
        .until(() -> prometheus.query("changes(numa_hit[10s])").orElse(0.0) > 1);
    Files.delete(link);
  }

  /** Each metric attribute of the ABI documents has a link. */
  @Test
  void theLinksAreTheMetricAttributesOfTheAbi() throws Exception {
    List<String> documented = new ArrayList<>();
    Path abi = Root.DIRECTORY.resolve("kernel/Documentation/ABI/testing");
    for (String subsystem : List.of("motor", "tvcap", "mips")) {
      String text = Files.readString(abi.resolve("sysfs-class-hy300-" + subsystem));
      for (String entry : text.split("\n\n(?=What:)", -1)) {
        if (entry.contains("(RO, metrics)")) {
          Pattern.compile("What:\\s+/sys/class/hy300/(\\S+)")
              .matcher(entry)
              .results()
              .forEach(match -> documented.add(match.group(1)));
        }
      }
    }
    assertThat(NodeExporter.attributes())
        .hasSizeGreaterThan(15)
        .containsExactlyInAnyOrderElementsOf(documented);
  }
}
