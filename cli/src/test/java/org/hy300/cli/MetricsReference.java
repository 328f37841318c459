// SPDX-License-Identifier: Apache-2.0
// Generates docs/reference/metrics.md from the metrics of programs and drivers.
package org.hy300.cli;

import static org.awaitility.Awaitility.await;

import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.hy300.agent.metrics.AgentMetrics;
import org.hy300.agent.metrics.Metrics;
import org.hy300.collector.access.Gate;
import org.hy300.collector.fleet.Fleet;
import org.hy300.collector.fleet.FleetLimits;
import org.hy300.collector.fleet.MetricFamily;
import org.hy300.collector.metrics.CollectorMetrics;
import org.hy300.collector.push.PushMetrics;
import org.hy300.collector.relay.RelayMetrics;
import org.hy300.contract.Topics;
import org.hy300.testing.MqttProbe;

/** A table for each source, with the families sorted by name. */
final class MetricsReference {
  private static final String HEAD =
      """
      # Metrics

      Generated from running programs and the drivers' own metadata by `make reference`; do not edit.

      A collector serves all series of its projectors at `/metrics`, each with the label `device`, and its own at
      `/internal/metrics`. Labels of the projector (`labels` in the agent's options) are on `hy300_device_info`.
      Families of an agent that is newer than this page pass if they begin with `hy300_` and a subsystem.
      `/internal/metrics` also has families of Micrometer and Vert.x (`jvm_*`, `process_*`, `vertx_*`).
      """;

  /**
   * The families of one source.
   *
   * @param prefix of their names
   * @param source of the values
   */
  private record Part(String title, String prefix, String source) {}

  private static final List<Part> PARTS =
      List.of(
          new Part("Motor", "hy300_motor_", "the driver, in `/sys/class/hy300/motor`"),
          new Part("HDMI input", "hy300_tvcap_", "the driver, in `/sys/class/hy300/tvcap`"),
          new Part("Co-processor", "hy300_mips_", "the driver, in `/sys/class/hy300/mips`"),
          new Part("Board", "hy300_board_", "`/sys/class/hwmon` and `/sys/class/thermal`"),
          new Part(
              "Processes",
              "hy300_process_",
              "`/proc` of the watched processes; the label is `name`, `unit` or `pid`, as the"
                  + " watch"),
          new Part("Agent", "hy300_agent_", "the agent's own counters"),
          new Part(
              "Projectors",
              "hy300_device_",
              "the collector, from status, info and settings. `hy300_device_info` also has the"
                  + " projector's labels"),
          new Part(
              "Collector",
              "hy300_collector_",
              "the collector's own counters at `/internal/metrics`;"
                  + " `hy300_collector_broker_connected` also at `/metrics`"),
          new Part(
              "Push", "hy300_push_", "the collector with `--push-url`, at `/internal/metrics`"));

  private static final Pattern LABEL = Pattern.compile("(\\w+)=\"");

  /** Names of families in source code, in Prometheus's or Micrometer's form. */
  private static final Pattern NAMED = Pattern.compile("\"(hy300[_.][a-z]+[_.][a-z_.]+)\"");

  /** Suffixes that Micrometer adds to a name or to a timer's series. */
  private static final List<String> ENDS = List.of("", "_total", "_seconds", "_bytes");

  private static final class Shown {
    private String type = "untyped";
    private String help = "";
    private final Set<String> labels = new TreeSet<>();
  }

  private final Map<String, Shown> families = new TreeMap<>();

  /** Adds the families of a page in the Prometheus text format. */
  MetricsReference add(String page) {
    Shown family = new Shown();
    for (String line : page.lines().toList()) {
      String[] words = line.split(" ", 4);
      if (line.startsWith("# HELP ")) {
        family = families.computeIfAbsent(words[2], name -> new Shown());
        family.help = words[3];
      } else if (line.startsWith("# TYPE ")) {
        family = families.computeIfAbsent(words[2], name -> new Shown());
        family.type = words[3];
      } else if (!line.startsWith("#")) {
        addLabels(family, line);
      }
    }
    families.keySet().removeIf(name -> !name.startsWith("hy300_"));
    return this;
  }

  private static void addLabels(Shown family, String series) {
    // An escaped label value could look like another label.
    for (MatchResult label : LABEL.matcher(series.replaceAll("\\\\.", "")).results().toList()) {
      family.labels.add(label.group(1));
    }
  }

  /** Adds the families of an agent's reading. */
  MetricsReference add(Metrics reading) {
    reading
        .families()
        .forEach(
            (name, family) -> {
              Shown shown = families.computeIfAbsent(name, other -> new Shown());
              shown.type = family.type();
              shown.help = family.help();
            });
    reading
        .values()
        .keySet()
        .forEach(series -> addLabels(families.get(series.replaceFirst("\\{.*", "")), series));
    return this;
  }

  /** Adds a family of the collector, whose series have only the label device. */
  MetricsReference add(MetricFamily family) {
    Shown shown = families.computeIfAbsent(family.name(), other -> new Shown());
    shown.type = family.type();
    shown.help = family.help();
    return this;
  }

  /** All families of a site, after causing the events that some of them count. */
  static MetricsReference of(Site site) throws Exception {
    Path hwmon = site.projector(1).resolve("hwmon");
    Files.writeString(hwmon.resolve("hwmon0/fan1_min"), "300\n");
    Files.writeString(hwmon.resolve("hwmon1/temp1_label"), "lamp\n");
    site.hy300("process", "add", "simulated-1", "--name", "java");
    site.hy300("settings", "simulated-2", "--expect-signal", "true");
    site.hy300("motor", "home", "simulated-1");
    site.hy300("motor", "move", "simulated-1", "-1");
    for (String family :
        List.of("board_hwmon_fan_min", "board_hwmon_sensor_label", "process_running")) {
      site.awaitShown(1, "hy300_" + family);
    }
    try (MqttProbe stranger = new MqttProbe(site.broker().address())) {
      stranger.publish(Topics.DEFAULT_ROOT + "/simulated-1/state/motor", "[]");
      await("a message is dropped")
          .atMost(Site.LIMIT)
          .until(() -> page(site, "/internal/metrics").contains("hy300_collector_drops_total{"));
    }
    String fleet = page(site, "/metrics");
    site.hy300("process", "remove", "simulated-1", "--name", "java");
    site.hy300("settings", "simulated-2", "--expect-signal", "unset");
    PrometheusMeterRegistry guarded = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    new Gate(Optional.empty(), 1, guarded).count("rate");
    new RelayMetrics(guarded).refused("rate");
    CollectorMetrics metrics = new CollectorMetrics(guarded);
    metrics.refused("PUBACK", "not authorized");
    new PushMetrics(guarded).lag(() -> 0);
    AgentMetrics bridged = new AgentMetrics(() -> 0, () -> 0);
    bridged.bridgeRoundTripNanos = 1;
    bridged.refused("PUBACK", "not authorized");
    try (InputStream drivers =
        MetricsReference.class.getResourceAsStream("/org/hy300/contract/drivers.txt")) {
      return new MetricsReference()
          .add(new String(drivers.readAllBytes(), StandardCharsets.UTF_8))
          .add(fleet)
          .add(page(site, "/internal/metrics"))
          .add(guarded.scrape())
          .add(bridged.read())
          .add(new Fleet(FleetLimits.STANDARD, metrics).standing().throttled());
    }
  }

  private static String page(Site site, String path) throws Exception {
    return HttpClient.newHttpClient()
        .send(
            HttpRequest.newBuilder(URI.create(site.url + path)).build(),
            HttpResponse.BodyHandlers.ofString())
        .body();
  }

  /** Names of families in the sources of a directory that the page lacks. */
  List<String> missing(Path sources) throws IOException {
    try (Stream<Path> files = Files.walk(sources)) {
      List<String> found = new ArrayList<>();
      for (Path file : files.filter(path -> path.toString().endsWith(".java")).toList()) {
        for (MatchResult name : NAMED.matcher(Files.readString(file)).results().toList()) {
          String family = name.group(1).replace('.', '_');
          if (PARTS.stream().anyMatch(part -> family.startsWith(part.prefix))
              && ENDS.stream().noneMatch(end -> families.containsKey(family + end))) {
            found.add(family + " of " + file.getFileName());
          }
        }
      }
      return found;
    }
  }

  String text() {
    StringBuilder page = new StringBuilder(HEAD);
    for (Part part : PARTS) {
      page.append("\n## %s\n\nSource: %s.\n\n".formatted(part.title, part.source));
      page.append("| family | type | unit | labels | meaning |\n|---|---|---|---|---|\n");
      families.forEach(
          (name, family) -> {
            if (name.startsWith(part.prefix)) {
              page.append(row(name, family));
            }
          });
    }
    return page.toString();
  }

  private static String row(String name, Shown family) {
    Set<String> labels = new TreeSet<>(family.labels);
    // Labels of every series, of histograms, and of this test's site.
    labels.removeAll(Set.of("device", "le", "site"));
    return "| `%s` | %s | %s | %s | %s |\n"
        .formatted(
            name,
            family.type,
            unit(name),
            labels.isEmpty() ? "" : "`" + String.join("`, `", labels) + "`",
            family.help.replace("|", "\\|"));
  }

  /** By the Prometheus rule that a name ends with its unit, before {@code _total}. */
  private static String unit(String name) {
    String base = name.replaceFirst("_total$", "");
    String end = base.substring(base.lastIndexOf('_') + 1);
    return Map.of(
            "celsius", "°C",
            "rpm", "1/min",
            "ratio", "0 to 1",
            "percent", "%",
            "seconds", "s",
            "bytes", "B",
            "steps", "steps",
            "pixels", "pixels")
        .getOrDefault(end, "");
  }
}
