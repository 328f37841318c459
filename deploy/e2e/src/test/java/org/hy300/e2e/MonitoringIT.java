// SPDX-License-Identifier: Apache-2.0
// The shipped Prometheus configurations, rules and dashboards with a fleet that has problems: each
// query returns data, and each problem fires its alert.
package org.hy300.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hy300.e2e.SimulatedFleet.LIMIT;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.hy300.testing.Program;
import org.hy300.testing.Prometheus;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * simulated-1 works until its limit switch gets stuck, simulated-2 has no signal, simulated-3 has
 * lost its power. Each test starts in this state. The one that stops the broker comes last, since
 * the others would wait until its alerts are over.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class MonitoringIT {
  private static final String TARGET = "localhost:8080";
  private static final String DEVICES = "/api/v1/devices/simulated-";

  /** Small, so that it can be exceeded without a flood. */
  private static final int REQUESTS_PER_SECOND = 20;

  private static final Map<String, String> VARIABLES =
      Map.of("device", "simulated-1", "instance", ".*", "__rate_interval", "10s");

  private final Dashboards dashboards;
  private SimulatedFleet fleet;
  private Prometheus prometheus;
  private Prometheus byDevice;
  private Prometheus receiver;

  MonitoringIT() throws IOException {
    dashboards = new Dashboards();
  }

  @BeforeAll
  void start(@TempDir Path directory) throws Exception {
    fleet =
        new SimulatedFleet(
            Files.createDirectory(directory.resolve("fleet")), 3, "--processes=name=java");
    receiver =
        Prometheus.receiving("10m", "", Files.createDirectory(directory.resolve("receiver")));
    fleet.startCollector("--http-rate=" + REQUESTS_PER_SECOND, "--push-url=" + receiver.writeUrl());
    fleet.awaitOnline(3);
    String target = "127.0.0.1:" + fleet.httpPort();
    prometheus =
        ShippedPrometheus.start(
            "prometheus/prometheus.yml", TARGET, target, directory.resolve("whole"));
    byDevice =
        ShippedPrometheus.start(
            "prometheus/prometheus-devices.yml", TARGET, target, directory.resolve("devices"));
    await()
        .atMost(LIMIT)
        .until(() -> prometheus.query("fleet:hy300_up:sum").equals(Optional.of(3.0)));

    fleet.board(1, "hdmi_source", "1280x720@60");
    fleet.board(2, "hdmi_source", "none");
    assertThat(fleet.put(DEVICES + "1/settings", "{\"expect_signal\":true}").statusCode())
        .isEqualTo(200);
    assertThat(fleet.put(DEVICES + "2/settings", "{\"expect_signal\":true}").statusCode())
        .isEqualTo(200);
    command("done", "motor/home", "{\"id\":\"h1\"}");
    command("done", "motor/move", "{\"args\":{\"position\":40}}");
    command("done", "mips/restart", "{}");
    fleet.board(1, "motor_step_ms", "1");
    fleet.board(1, "motor_switch_mode", "stuck_open");
    command("failed", "motor/home", "{}");
    assertThat(fleet.post(DEVICES + "1/commands/motor/stop", "{\"id\":\"h1\"}").statusCode())
        .isEqualTo(409);
    fleet.killAgent(3);
    publish("hy300/v1/simulated-2/state/motor", "{");
    await("a caller asks too often")
        .atMost(LIMIT)
        .until(() -> fleet.burst("/healthz", 40 * REQUESTS_PER_SECOND).contains(429));
    collectGarbage();
  }

  @AfterAll
  void stop() {
    for (AutoCloseable each : Arrays.asList(byDevice, prometheus, fleet, receiver)) {
      if (each != null) {
        try {
          each.close();
        } catch (Exception e) {
          throw new IllegalStateException(e);
        }
      }
    }
  }

  private void command(String status, String command, String body) throws Exception {
    HttpResponse<String> answer = fleet.post(DEVICES + "1/commands/" + command, body);
    assertThat(new JsonObject(answer.body()).getString("status"))
        .as(command + ": " + answer.body())
        .isEqualTo(status);
  }

  private void publish(String topic, String payload) throws Exception {
    Program.run(
        "mosquitto_pub",
        "-p",
        Integer.toString(fleet.broker.address().port()),
        "-t",
        topic,
        "-m",
        payload);
  }

  /** The collector may not have paused for garbage collection yet. */
  private void collectGarbage() throws Exception {
    Program.run(
        Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(),
        Long.toString(fleet.collector.pid()),
        "GC.run");
  }

  private static Set<String> firing(Prometheus prometheus) throws Exception {
    return prometheus.alerts().stream()
        .filter(alert -> alert.getString("state").equals("firing"))
        .map(alert -> alert.getJsonObject("labels"))
        .map(labels -> labels.getString("alertname") + " " + labels.getString("device", ""))
        .map(String::strip)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  @Test
  void whatIsWrongFiresAndNothingElse() {
    awaitWhatIsWrong(prometheus);
  }

  @Test
  void scrapedOneByOneTheSameFires() {
    awaitWhatIsWrong(byDevice);
  }

  private static void awaitWhatIsWrong(Prometheus prometheus) {
    await()
        .atMost(LIMIT)
        .untilAsserted(
            () ->
                assertThat(firing(prometheus))
                    .containsExactly(
                        "CollectorDropping",
                        "DeviceDown simulated-3",
                        "MotorFault simulated-1",
                        "SignalLost simulated-2"));
  }

  @Test
  void everyPanelVariableAndAnnotationHasData() {
    List<Dashboards.Query> queries = dashboards.queries(VARIABLES);
    assertThat(queries).hasSizeGreaterThan(100);
    await()
        .atMost(LIMIT)
        .untilAsserted(
            () -> {
              Set<String> empty = new TreeSet<>();
              for (Dashboards.Query query : queries) {
                if (prometheus.samples(query.expression()).isEmpty()) {
                  empty.add(query.where() + ": " + query.expression());
                }
              }
              assertThat(empty).as("queries without data").isEmpty();
            });
  }

  @Test
  void everyRuleIsEvaluatedAndAsksForSeriesThatExist() throws Exception {
    for (Prometheus each : List.of(prometheus, byDevice)) {
      // A rule has no health before its first evaluation, and a scrape that takes too long leaves
      // no series until the next one.
      await()
          .atMost(LIMIT)
          .untilAsserted(
              () -> {
                for (JsonObject group : each.ruleGroups()) {
                  assertThat(Dashboards.objects(group.getJsonArray("rules")))
                      .isNotEmpty()
                      .allSatisfy(
                          rule -> {
                            assertThat(rule.getString("health")).as(rule.encode()).isEqualTo("ok");
                            assertThat(rule.getString("lastError", "")).as(rule.encode()).isEmpty();
                          });
                }
                for (String family : families(ShippedPrometheus.rules())) {
                  assertThat(each.samples("count({__name__=\"" + family + "\"})"))
                      .as("series of " + family)
                      .isNotEmpty();
                }
              });
    }
  }

  /** A metric that nobody uses is not worth storing. */
  @Test
  void everyMetricOfTheCollectorIsInAnAlertOrOnADashboard() throws Exception {
    Set<String> used = families(ShippedPrometheus.rules());
    dashboards.queries(VARIABLES).forEach(query -> used.addAll(families(query.expression())));
    Set<String> own =
        Pattern.compile("^# TYPE (hy300_(?:collector|push)_\\w+) ", Pattern.MULTILINE)
            .matcher(fleet.get("/internal/metrics"))
            .results()
            .map(match -> match.group(1))
            .collect(Collectors.toCollection(TreeSet::new));
    assertThat(own)
        .contains("hy300_collector_drops_total", "hy300_collector_command_duration_seconds")
        .allMatch(
            family -> Stream.of("", "_bucket").anyMatch(end -> used.contains(family + end)),
            "is used");
  }

  @Test
  void dashboardsNeedNoPluginAndLinkToEachOtherAndToRunbooks() {
    Set<String> uids =
        dashboards.all().stream().map(each -> each.getString("uid")).collect(Collectors.toSet());
    assertThat(uids).containsExactlyInAnyOrder("hy300-fleet", "hy300-projector", "hy300-collector");
    for (JsonObject dashboard : dashboards.all()) {
      String text = dashboard.encode();
      assertThat(Pattern.compile("/d/([a-z0-9-]+)").matcher(text).results().map(m -> m.group(1)))
          .isNotEmpty()
          .isSubsetOf(uids);
      assertThat(text).contains("${collector}/docs/runbooks/");
      assertThat(Dashboards.objects(dashboard.getJsonArray("panels")).map(p -> p.getInteger("id")))
          .doesNotHaveDuplicates();
      assertThat(Dashboards.panels(dashboard))
          .allSatisfy(
              panel -> {
                assertThat(panel.getString("type"))
                    .isIn("stat", "timeseries", "table", "state-timeline");
                assertThat(panel.getJsonObject("datasource").getString("uid"))
                    .isEqualTo("${datasource}");
                assertThat(
                        panel
                            .getJsonObject("fieldConfig")
                            .getJsonObject("defaults")
                            .getString("unit"))
                    .as(panel.getString("title"))
                    .isNotEmpty();
              });
    }
  }

  @Test
  @Order(Integer.MAX_VALUE)
  void aLostBrokerIsOneAlertAndNotOneForEachProjector() throws Exception {
    fleet.broker.kill();
    for (Prometheus each : List.of(prometheus, byDevice)) {
      await()
          .atMost(LIMIT)
          .untilAsserted(
              () ->
                  assertThat(firing(each))
                      .contains("CollectorWithoutBroker")
                      .noneMatch(alert -> alert.startsWith("DeviceDown")));
    }
    fleet.broker.start();
    await()
        .atMost(LIMIT)
        .untilAsserted(
            () ->
                assertThat(firing(prometheus))
                    .contains("DeviceDown simulated-3")
                    .doesNotContain("CollectorWithoutBroker"));
  }

  /** Names of the project's families, except for those of recording rules. */
  private static Set<String> families(String expression) {
    return Pattern.compile("[A-Za-z0-9_:]+")
        .matcher(expression)
        .results()
        .map(MatchResult::group)
        .filter(word -> word.startsWith("hy300_") && !word.contains(":"))
        .collect(Collectors.toCollection(TreeSet::new));
  }
}
