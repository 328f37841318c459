// SPDX-License-Identifier: Apache-2.0
// The whole way and back: a driver in a booted kernel, its agent, the broker, the collector and
// Prometheus; commands over HTTP and MQTT.
package org.hy300.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.vertx.core.json.JsonObject;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.hy300.testing.Program;
import org.hy300.testing.Prometheus;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Each test starts with a projector at rest at position 0. The last one cuts its power; another
 * test would have to boot a new one.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
@Timeout(value = 15, unit = TimeUnit.MINUTES)
class ProjectorIT {
  private static final String DEVICE = "projector-e2e";
  private static final String HY300 = "cli/target/hy300/bin/hy300";
  private static final Duration LIMIT = Duration.ofMinutes(3);
  private static final String LABEL = "{device=\"" + DEVICE + "\"}";
  private static final String UP = "hy300_device_up" + LABEL;
  private static final String POSITION = "hy300_motor_position_steps" + LABEL;

  private static final String SIGNAL_CHANGES = "hy300_tvcap_signal_changes_total" + LABEL;

  /** Short, so that a silent projector is detected within the test. */
  private static final int KEEP_ALIVE_SECONDS = 10;

  private Fleet fleet;
  private Projector projector;
  private Prometheus prometheus;
  private Program subscriber;

  @BeforeAll
  void start(@TempDir Path directory) throws IOException {
    fleet = new Fleet(KEEP_ALIVE_SECONDS);
    subscriber = fleet.subscribe();
    prometheus = Prometheus.of(fleet.httpPort, directory);
  }

  @BeforeEach
  void home() throws IOException {
    if (projector == null || !projector.guest().isAlive()) {
      projector = new Projector(DEVICE, fleet, KEEP_ALIVE_SECONDS);
    }
    eventually(() -> fleet.command(DEVICE, "home", "{}").getString("status"), "done");
    // The collector may still show a step on the way there.
    eventually(() -> fleet.metric(POSITION), Optional.of(0.0));
  }

  @AfterAll
  void stop() {
    try {
      assertThat(fleet.violations(subscriber)).as("messages against the contract").isEmpty();
    } finally {
      Stream.of(prometheus, subscriber, projector, fleet)
          .filter(Objects::nonNull)
          .forEach(ProjectorIT::close);
    }
  }

  @Test
  void theProjectorAppearsWithItsMotorHomed() {
    eventually(() -> fleet.metric(UP), Optional.of(1.0));
    eventually(() -> fleet.metric("hy300_motor_homed" + LABEL), Optional.of(1.0));
    eventually(() -> prometheus.query(UP), Optional.of(1.0));
  }

  @Test
  void aMoveByHttpIsAnsweredAndReachesSysfsAndPrometheus() throws Exception {
    JsonObject reply = fleet.command(DEVICE, "move", "{\"args\":{\"position\":120}}");
    assertThat(reply.getString("status")).as(reply.encode()).isEqualTo("done");
    assertThat(reply.getInteger("http")).isEqualTo(200);
    assertThat(projector.motor("position")).isEqualTo("120");
    eventually(() -> fleet.metric(POSITION), Optional.of(120.0));
    eventually(() -> prometheus.query(POSITION), Optional.of(120.0));
    // The position may have been read before the last step was counted.
    eventually(
        () -> prometheus.query("hy300_motor_steps_total" + LABEL),
        Optional.of(counter("steps_total", "hy300_motor_steps_total")));
  }

  @Test
  void aMoveByPlainMqttIsAcceptedDoneAndSeenBySubscribers() throws Exception {
    publishMove("by-mqtt", 40, Instant.now().plusSeconds(30), "");
    reply("move", "by-mqtt", "accepted");
    reply("move", "by-mqtt", "done");
    assertThat(projector.motor("position")).isEqualTo("40");
    subscriber.awaitLine(
        Pattern.compile("^hy300/v1/" + DEVICE + "/event/motor .*position_reached.*40"), LIMIT);
    subscriber.awaitLine(
        Pattern.compile(
            "^hy300/v1/" + DEVICE + "/state/motor .*\"hy300_motor_position_steps\":40[,}]"),
        LIMIT);
    eventually(() -> prometheus.query(POSITION), Optional.of(40.0));
  }

  @Test
  void whilePrometheusScrapesTheMotorIsSeenMovingAndStopsAtOnce() throws Exception {
    CompletableFuture<JsonObject> move = order("move", "{\"args\":{\"position\":1000}}");
    eventually(() -> fleet.metric(POSITION).orElse(0.0) > 100, true);
    // The move takes some seconds. The guest is stopped until Prometheus has scraped and the stop
    // command is on its way, which may take longer.
    CompletableFuture<JsonObject> stop;
    projector.guest().signal("STOP");
    try {
      eventually(() -> prometheus.query("hy300_motor_moving" + LABEL), Optional.of(1.0));
      eventually(() -> prometheus.query(POSITION).orElse(0.0) > 100, true);
      stop = order("stop", "{}");
      subscriber.awaitLine(Pattern.compile("^" + commandTopic("stop") + " "), LIMIT);
    } finally {
      projector.guest().signal("CONT");
    }
    assertThat(stop.get(60, TimeUnit.SECONDS).getString("status")).isEqualTo("done");
    JsonObject reply = move.get(60, TimeUnit.SECONDS);
    assertThat(reply.getString("status")).as(reply.encode()).isEqualTo("cancelled");
    assertThat(projector.motor("moving")).isEqualTo("0");
    double position = Double.parseDouble(projector.motor("position"));
    assertThat(position).isGreaterThan(100).isLessThan(1000);
    eventually(() -> prometheus.query(POSITION), Optional.of(position));
  }

  private CompletableFuture<JsonObject> order(String action, String body) {
    return CompletableFuture.supplyAsync(
        () -> {
          try {
            return fleet.command(DEVICE, action, body);
          } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
          }
        });
  }

  @Test
  void badInputIsRefusedCountedAndMovesNothing() throws Exception {
    publishMove("twice", 40, Instant.now().plusSeconds(30), "");
    reply("move", "twice", "done");
    String before = projector.motor("position");
    Map<String, String> arguments =
        Map.of("5000", "rejected", "\"abc\"", "rejected", "-1", "rejected", "1.5", "rejected");
    for (Map.Entry<String, String> argument : arguments.entrySet()) {
      JsonObject reply =
          fleet.command(DEVICE, "move", "{\"args\":{\"position\":" + argument.getKey() + "}}");
      assertThat(reply.getString("status")).as(reply.encode()).isEqualTo(argument.getValue());
      String id = "bad-" + argument.getKey().replaceAll("[^0-9a-z]", "_");
      publish(id, "{\"position\":" + argument.getKey() + "}", Instant.now().plusSeconds(30), "");
      reply("move", id, "rejected");
    }
    publishMove("late", 10, Instant.now().minusSeconds(1), "");
    reply("move", "late", "expired");
    publishMove("twice", 10, Instant.now().plusSeconds(30), "");
    await()
        .atMost(LIMIT)
        .untilAsserted(() -> assertThat(replies("move", "twice", "done")).hasSize(2));
    double malformed = fleet.metric(dropped("malformed")).orElse(0.0);
    fleet.publish(commandTopic("move"), "{\"id\":");
    eventually(() -> fleet.metric(dropped("malformed")), Optional.of(malformed + 1));
    double tooLarge = fleet.metric(dropped("too_large")).orElse(0.0);
    fleet.publish(commandTopic("move"), "x".repeat(1_000_000));
    eventually(() -> fleet.metric(dropped("too_large")), Optional.of(tooLarge + 1));
    assertThat(fleet.command(DEVICE, "stop", "{}").getString("status")).isEqualTo("done");
    assertThat(projector.motor("position")).isEqualTo(before);
  }

  @Test
  void theSignalIsSeenToGoAndToComeBackAndFramesAreCounted() throws Exception {
    eventually(() -> fleet.metric("hy300_tvcap_signal_detected" + LABEL), Optional.of(1.0));
    board("hdmi_plugged", "0");
    eventually(() -> fleet.metric("hy300_tvcap_hdmi_connected" + LABEL), Optional.of(0.0));
    eventually(() -> prometheus.query("hy300_tvcap_signal_detected" + LABEL), Optional.of(0.0));
    board("hdmi_plugged", "1");
    eventually(() -> prometheus.query("hy300_tvcap_signal_detected" + LABEL), Optional.of(1.0));
    String captured = "hy300_tvcap_frames_captured_total";
    double before = fleet.metric(captured + LABEL).orElseThrow();
    // With read(), the minimum that a video node supports: three frames of YUYV.
    projector.shell("dd if=/dev/video0 of=/dev/null bs=4147200 count=3 2>/dev/null");
    eventually(() -> fleet.metric(captured + LABEL).orElse(0.0) >= before + 3, true);
  }

  @Test
  void aFrameOfTheRealDriverIsSeenAsAPicture() throws Exception {
    // Another test may have just taken one, and the limit is one in two seconds.
    JsonObject reply =
        await()
            .atMost(LIMIT)
            .until(
                () -> fleet.command(DEVICE, "tvcap", "snapshot", "{}"),
                answer -> "done".equals(answer.getString("status")));
    eventually(() -> fleet.snapshot(DEVICE) != null, true);
    BufferedImage picture = fleet.snapshot(DEVICE);
    assertThat(picture.getWidth() + "x" + picture.getHeight())
        .isEqualTo(reply.getJsonObject("result").getString("resolution"));
    // The test picture has bars: a frame of a single colour would be an unused buffer.
    assertThat(
            IntStream.range(0, picture.getWidth())
                .map(x -> picture.getRGB(x, picture.getHeight() / 2))
                .distinct()
                .count())
        .isGreaterThan(4);
  }

  @Test
  void theCommandLineMovesTheMotorAndWritesAFrame(@TempDir Path directory) throws Exception {
    try (Program move = hy300("motor", "move", DEVICE, "120")) {
      move.awaitLine(Pattern.compile("^" + DEVICE + "  done  position=120$"), LIMIT);
      assertThat(move.awaitExit(LIMIT)).isZero();
    }
    assertThat(projector.motor("position")).isEqualTo("120");
    Path frame = directory.resolve("frame.jpg");
    // The last frame may be very recent, and the limit is one in two seconds.
    await()
        .atMost(LIMIT)
        .until(
            () -> {
              try (Program take = hy300("capture", "snapshot", DEVICE, "-o", frame.toString())) {
                return take.awaitExit(LIMIT) == 0;
              }
            });
    BufferedImage picture = ImageIO.read(frame.toFile());
    assertThat(picture.getWidth()).isEqualTo(fleet.snapshot(DEVICE).getWidth());
    // On a terminal, which only the start script can detect.
    String list = Root.DIRECTORY.resolve(HY300) + " devices";
    try (Program terminal =
        new Program("hy300", environment(), "script", "-qec", list, "/dev/null")) {
      terminal.awaitLine(Pattern.compile(DEVICE + "  \u001b\\[32monline"), LIMIT);
    }
  }

  private Map<String, String> environment() {
    return Map.of("HY300_URL", "http://127.0.0.1:" + fleet.httpPort);
  }

  private Program hy300(String... words) throws IOException {
    List<String> command = new ArrayList<>(List.of(Root.DIRECTORY.resolve(HY300).toString()));
    command.addAll(List.of(words));
    return new Program("hy300", environment(), command.toArray(String[]::new));
  }

  @Test
  void theCoprocessorIsSeenToStopAndToBeRestarted() throws Exception {
    String running = "hy300_mips_state{device=\"" + DEVICE + "\",state=\"running\"}";
    eventually(() -> prometheus.query(running), Optional.of(1.0));
    assertThat(fleet.metric("hy300_mips_firmware_loaded" + LABEL)).contains(1.0);
    board("mips/word", "2");
    eventually(() -> prometheus.query(running), Optional.of(0.0));
    projector.shell("echo 1 > /sys/class/hy300/mips/restart");
    eventually(() -> prometheus.query(running), Optional.of(1.0));
  }

  @Test
  void nodeExporterTakesEachMetricAttributeOfTheDriversAsItIs(@TempDir Path directory)
      throws Exception {
    List<String> types = new ArrayList<>();
    for (String attribute : NodeExporter.attributes()) {
      String page =
          projector.shell("tr '\\n' '~' < /sys/class/hy300/" + attribute).replace('~', '\n');
      Files.writeString(directory.resolve(attribute.replace('/', '-') + ".prom"), page);
      page.lines().filter(line -> line.startsWith("# TYPE hy300_")).forEach(types::add);
    }
    assertThat(types).hasSizeGreaterThan(NodeExporter.attributes().size());
    try (NodeExporter exporter = new NodeExporter(directory)) {
      assertThat(exporter.page().lines())
          .contains("node_textfile_scrape_error 0")
          .containsAll(types);
    }
  }

  @Test
  void aThousandSignalChangesArriveOrAreCountedAsLost() throws Exception {
    int changes = 1000;
    double counted = fleet.metric(SIGNAL_CHANGES).orElseThrow();
    long seen = signalEvents();
    long lost = lostTransitions();
    double told = transitions();
    double notified = notifications();
    assertThat(
            projector.shell(
                """
                cd /sys/kernel/debug/hy300-virtual-board/virtual-board; i=0
                while [ $i -lt %d ]; do for v in 0 1; do echo $v >hdmi_sending; now=
                until [ "$now" = $v ]; do read -r now </sys/class/hy300/tvcap/signal_detected; done
                done; i=$((i + 1)); done; echo $i"""
                    .formatted(changes / 2)
                    .replace("\n", "; "),
                Duration.ofMinutes(12)))
        .isEqualTo(Integer.toString(changes / 2));
    eventually(() -> fleet.metric(SIGNAL_CHANGES), Optional.of(counted + changes));
    eventually(() -> transitions() - told - (notifications() - notified), 0.0);
    // The lost transition may have been the size, which changes with the signal. The report of the
    // loss is an event as well, and comes in order.
    await()
        .atMost(LIMIT)
        .untilAsserted(
            () ->
                assertThat(signalEvents() - seen)
                    .isLessThanOrEqualTo(changes)
                    .isGreaterThanOrEqualTo(changes - (lostTransitions() - lost)));
  }

  @Test
  void anUnboundDriverTakesItsSeriesAlongAndBringsThemBack() throws Exception {
    String unbind = "cd /sys/bus/platform/drivers/hy300-keystone-motor && ls | grep motor";
    String node = projector.shell(unbind);
    projector.shell("echo " + node + " > /sys/bus/platform/drivers/hy300-keystone-motor/unbind");
    try {
      eventually(() -> fleet.metric(POSITION), Optional.empty());
      // The agent answers the same until the collector knows that the command has gone.
      JsonObject reply = fleet.command(DEVICE, "home", "{}");
      assertThat(reply.getJsonObject("error").getString("code"))
          .as(reply.encode())
          .isEqualTo("unavailable");
      assertThat(fleet.metric(UP)).contains(1.0);
    } finally {
      projector.shell("echo " + node + " > /sys/bus/platform/drivers/hy300-keystone-motor/bind");
    }
    eventually(() -> fleet.metric(POSITION).isPresent(), true);
    eventually(() -> fleet.command(DEVICE, "home", "{}").getString("status"), "done");
  }

  @Test
  void aSilentProjectorIsDownWhenTheBrokerMissesItAndComesBackByItself() throws Exception {
    projector.guest().signal("STOP");
    try {
      eventually(() -> fleet.metric(UP), Optional.of(0.0));
      assertThat(fleet.metric(POSITION)).isEmpty();
      eventually(() -> prometheus.query(UP), Optional.of(0.0));
      eventually(() -> prometheus.query(POSITION), Optional.empty());
      assertThat(fleet.command(DEVICE, "home", "{}").getInteger("http")).isEqualTo(503);
      // The agent refuses a command that it finds retained at the broker; subscribers get a live
      // one like any other.
      publishMove("kept", 700, Instant.now().plusSeconds(300), "-r");
    } finally {
      projector.guest().signal("CONT");
    }
    eventually(() -> fleet.metric(UP), Optional.of(1.0));
    eventually(() -> fleet.metric(POSITION).isPresent(), true);
    reply("move", "kept", "rejected");
    assertThat(projector.motor("position")).isEqualTo("0");
    eventually(() -> fleet.metric(POSITION), Optional.of(0.0));
    fleet.publish(commandTopic("move"), "", "-r");
  }

  @Test
  @Order(Integer.MAX_VALUE)
  void aPulledPlugIsSeenAtOnce() throws Exception {
    projector.guest().signal("KILL");
    // Before the broker could detect its silence.
    await()
        .atMost(Duration.ofSeconds(KEEP_ALIVE_SECONDS * 3 / 2))
        .until(() -> fleet.metric(UP).equals(Optional.of(0.0)));
    assertThat(fleet.metric(POSITION)).isEmpty();
    eventually(() -> prometheus.query(UP), Optional.of(0.0));
    eventually(() -> prometheus.query(POSITION), Optional.empty());
    assertThat(fleet.metric("hy300_device_last_seen_timestamp_seconds" + LABEL)).isPresent();
  }

  private long signalEvents() {
    return subscriber.lines().stream()
        .filter(line -> line.startsWith("hy300/v1/" + DEVICE + "/event/tvcap "))
        .filter(line -> line.contains("\"signal_lost\"") || line.contains("\"signal_detected\""))
        .count();
  }

  private long lostTransitions() {
    String topic = "hy300/v1/" + DEVICE + "/event/agent ";
    return subscriber.lines().stream()
        .filter(line -> line.startsWith(topic))
        .map(line -> new JsonObject(line.substring(topic.length())))
        .filter(event -> event.getString("event").equals("gap"))
        .mapToLong(event -> event.getJsonObject("data").getLong("lost"))
        .sum();
  }

  /**
   * Transitions that the agent has received from the bridge, and those that it knows to be lost, in
   * its current state.
   */
  private double transitions() throws IOException, InterruptedException {
    int before = agentStates().size();
    assertThat(fleet.command(DEVICE, "agent", "refresh", "{}").getString("status"))
        .isEqualTo("done");
    await().atMost(LIMIT).until(() -> agentStates().size() > before);
    List<JsonObject> states = agentStates();
    JsonObject values = states.get(states.size() - 1).getJsonObject("values");
    return values.getDouble("hy300_agent_bridge_transitions_total")
        + values.getDouble("hy300_agent_bridge_transitions_lost_total");
  }

  private List<JsonObject> agentStates() {
    String topic = "hy300/v1/" + DEVICE + "/state/agent ";
    return subscriber.lines().stream()
        .filter(line -> line.startsWith(topic))
        .map(line -> new JsonObject(line.substring(topic.length())))
        .toList();
  }

  /** Transitions that the HDMI input has reported. */
  private double notifications() throws IOException {
    return Double.parseDouble(
        projector.shell(
            "awk '/^hy300_tvcap_state_changes_total/ { sum += $2 } END { print sum }'"
                + " /sys/class/hy300/tvcap/capture_stats"));
  }

  /** Sets a control of the virtual board. */
  private void board(String knob, String value) throws IOException {
    projector.shell(
        "echo " + value + " > /sys/kernel/debug/hy300-virtual-board/virtual-board/" + knob);
  }

  private static void close(AutoCloseable running) {
    try {
      running.close();
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  private static <T> void eventually(Callable<T> actual, T expected) {
    await()
        .atMost(LIMIT)
        .pollInterval(Duration.ofMillis(100))
        .untilAsserted(() -> assertThat(actual.call()).isEqualTo(expected));
  }

  /** A counter, read in the guest from the attribute that contains its family. */
  private double counter(String attribute, String series) throws IOException {
    return Double.parseDouble(
        projector.shell("sed -n 's/^" + series + " //p' /sys/class/hy300/motor/" + attribute));
  }

  private static String commandTopic(String action) {
    return "hy300/v1/" + DEVICE + "/cmd/motor/" + action;
  }

  private void publishMove(String id, int position, Instant expires, String option)
      throws Exception {
    publish(id, "{\"position\":" + position + "}", expires, option);
  }

  private void publish(String id, String args, Instant expires, String option) throws Exception {
    String payload =
        "{\"id\":\"%s\",\"issued\":\"%s\",\"expires\":\"%s\",\"args\":%s}"
            .formatted(id, Instant.now(), expires, args);
    if (option.isEmpty()) {
      fleet.publish(commandTopic("move"), payload);
    } else {
      fleet.publish(commandTopic("move"), payload, option);
    }
  }

  private void reply(String action, String id, String status) {
    await("reply " + status + " to " + id)
        .atMost(LIMIT)
        .until(() -> !replies(action, id, status).isEmpty());
  }

  private List<String> replies(String action, String id, String status) {
    String topic = "hy300/v1/" + DEVICE + "/reply/motor/" + action + " ";
    return subscriber.lines().stream()
        .filter(line -> line.startsWith(topic))
        .filter(
            line -> {
              JsonObject reply = new JsonObject(line.substring(topic.length()));
              return id.equals(reply.getString("id")) && status.equals(reply.getString("status"));
            })
        .toList();
  }

  private static String dropped(String reason) {
    return "hy300_agent_messages_dropped_total{device=\"%s\",reason=\"%s\"}"
        .formatted(DEVICE, reason);
  }
}
