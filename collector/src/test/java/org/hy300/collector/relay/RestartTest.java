// SPDX-License-Identifier: Apache-2.0
// A collector process that is killed with pending commands, and started again.
package org.hy300.collector.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.hy300.collector.PlayedDevice;
import org.hy300.contract.Topics;
import org.hy300.testing.Mosquitto;
import org.hy300.testing.MqttProbe;
import org.hy300.testing.Program;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(300)
class RestartTest {
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final int DEVICES = 20;
  private static final int COMMANDS = 100;

  @TempDir private Path directory;
  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private String url;

  private Program start(Mosquitto broker, String... wrapper) throws Exception {
    List<String> command = new ArrayList<>(List.of(wrapper));
    Collections.addAll(
        command,
        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "-XX:+UseSerialGC",
        "-XX:TieredStopAtLevel=1",
        "-cp",
        System.getProperty("java.class.path"),
        "org.hy300.collector.Main",
        "--broker=" + broker.address(),
        "--http-port=0",
        "--data=" + directory.resolve("data"));
    Program collector = new Program("collector", Map.of(), command.toArray(String[]::new));
    url = collector.awaitLine(Pattern.compile("metrics at (http\\S+)/metrics"), LIMIT).group(1);
    return collector;
  }

  private HttpResponse<String> get(String path) throws Exception {
    return http.send(
        HttpRequest.newBuilder(URI.create(url + path)).build(),
        HttpResponse.BodyHandlers.ofString());
  }

  private CompletableFuture<HttpResponse<String>> post(String path, String body) {
    return http.sendAsync(
        HttpRequest.newBuilder(URI.create(url + path))
            .POST(HttpRequest.BodyPublishers.ofString(body))
            .build(),
        HttpResponse.BodyHandlers.ofString());
  }

  private static void done(Future<?> future) throws Exception {
    future.toCompletionStage().toCompletableFuture().get(60, TimeUnit.SECONDS);
  }

  @Test
  void commandsUnderWayEndOnceEachWhenTheCollectorIsKilled() throws Exception {
    Vertx vertx = Vertx.vertx();
    try (Mosquitto broker = new Mosquitto(directory);
        MqttProbe operator = new MqttProbe(broker.address())) {
      operator.subscribe("hy300/v1/fleet/reply/#");
      List<PlayedDevice> devices = new ArrayList<>();
      for (int i = 0; i < DEVICES; i++) {
        devices.add(new PlayedDevice(broker.address(), "p" + i, "berlin", 3_000));
      }
      done(Future.all(devices.stream().map(d -> d.connect(vertx)).toList()));
      try (Program killed = start(broker)) {
        await("all are online")
            .atMost(LIMIT)
            .until(
                () ->
                    new JsonObject(get("/api/v1/devices").body()).getInteger("online") == DEVICES);
        giveAll();
        operator.publish(
            Topics.standard().root() + "/fleet/cmd/motor/stop",
            "{\"id\":\"f1\",\"expires\":\"%s\",\"select\":\"all\"}"
                .formatted(java.time.Instant.now().plusSeconds(200)));
        operator.await("hy300/v1/fleet/reply/motor/stop", r -> isStatus(r, "accepted"));
        await("devices are at work")
            .atMost(LIMIT)
            .until(() -> devices.stream().allMatch(d -> d.executed().size() >= 2));
        killed.signal("KILL");
        killed.awaitExit(LIMIT);
      }
      devices.forEach(d -> d.takes(10));
      try (Program again = start(broker)) {
        Map<String, Integer> ends = new HashMap<>();
        for (int i = 0; i < COMMANDS; i++) {
          ends.merge(awaitEnd("c" + i), 1, Integer::sum);
        }
        assertThat(ends).isEqualTo(Map.of("done", COMMANDS));
        JsonObject answer =
            operator.await("hy300/v1/fleet/reply/motor/stop", r -> !isStatus(r, "accepted"));
        assertThat(answer.getString("status")).isEqualTo("done");
        assertThat(answer.getJsonObject("result").getInteger("devices")).isEqualTo(DEVICES);
        for (PlayedDevice device : devices) {
          assertThat(device.executed())
              .as(device.name())
              .doesNotHaveDuplicates()
              .hasSize(COMMANDS / DEVICES + 1);
        }
        again.signal("TERM");
        again.awaitExit(LIMIT);
      }
      List<String> audited =
          Files.readAllLines(directory.resolve("data/audit.jsonl")).stream()
              .map(JsonObject::new)
              .map(line -> line.getString("device") + " " + line.getString("id"))
              .toList();
      assertThat(audited).doesNotHaveDuplicates().hasSize(COMMANDS + DEVICES);
      done(Future.all(devices.stream().map(PlayedDevice::close).toList()));
    } finally {
      done(vertx.close());
    }
  }

  @Test
  void whatCannotBeKeptIsNotGivenButForStopping() throws Exception {
    Vertx vertx = Vertx.vertx();
    try (Mosquitto broker = new Mosquitto(directory);
        // Limits files to 4 KiB, which looks to the journal like a full disk.
        Program collector = start(broker, "sh", "-c", "ulimit -f 8; exec \"$@\"", "sh")) {
      PlayedDevice device = new PlayedDevice(broker.address(), "p1", "berlin", 1);
      done(device.connect(vertx));
      await("p1 is online")
          .atMost(LIMIT)
          .until(() -> get("/api/v1/devices").body().contains("\"online\":1"));
      HttpResponse<String> last = null;
      for (int i = 0; i < 30 && (last == null || last.statusCode() == 200); i++) {
        last =
            post("/api/v1/devices/p1/commands/motor/step", "{\"args\":{\"steps\":1}}")
                .get(60, TimeUnit.SECONDS);
      }
      assertThat(last.statusCode()).isEqualTo(422);
      assertThat(last.body()).contains("unavailable").contains("disk takes nothing");
      int before = device.heard().size();
      assertThat(get("/readyz").statusCode()).isEqualTo(503);
      assertThat(
              post("/api/v1/devices/p1/commands/motor/stop", "{}")
                  .get(60, TimeUnit.SECONDS)
                  .statusCode())
          .isEqualTo(200);
      assertThat(device.heard()).hasSize(before + 1);
      assertThat(get("/internal/metrics").body())
          .doesNotContain("hy300_collector_journal_errors_total 0.0");
      done(device.close());
      collector.signal("TERM");
      collector.awaitExit(LIMIT);
    } finally {
      done(vertx.close());
    }
  }

  private void giveAll() throws Exception {
    List<CompletableFuture<HttpResponse<String>>> answers = new ArrayList<>();
    for (int i = 0; i < COMMANDS; i++) {
      answers.add(
          post(
              "/api/v1/devices/p%d/commands/motor/step?async=true".formatted(i % DEVICES),
              "{\"args\":{\"steps\":1},\"id\":\"c%d\",\"timeout_seconds\":200}".formatted(i)));
    }
    for (CompletableFuture<HttpResponse<String>> answer : answers) {
      assertThat(answer.get(60, TimeUnit.SECONDS).statusCode()).isEqualTo(202);
    }
  }

  private static boolean isStatus(JsonObject reply, String status) {
    return reply.getString("id").equals("f1") && reply.getString("status").equals(status);
  }

  private String awaitEnd(String id) {
    return await(id)
        .atMost(LIMIT)
        .pollDelay(Duration.ZERO)
        .until(
            () -> new JsonObject(get("/api/v1/commands/" + id).body()),
            command -> "ended".equals(command.getString("state")))
        .getJsonArray("targets")
        .getJsonObject(0)
        .getString("status");
  }
}
