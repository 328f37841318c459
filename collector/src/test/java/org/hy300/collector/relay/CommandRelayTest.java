// SPDX-License-Identifier: Apache-2.0
// Commands through a whole collector and a real broker to many simulated devices.
package org.hy300.collector.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.hy300.collector.CollectorFixture;
import org.hy300.collector.PlayedDevice;
import org.hy300.collector.http.HttpConfig;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(300)
class CommandRelayTest extends CollectorFixture {
  private static final String STEP = "/commands/motor/step";

  /** Work that outlasts any test. */
  private static final long ENDLESS_MS = TimeUnit.HOURS.toMillis(1);

  private final Vertx living = Vertx.vertx();
  private final List<PlayedDevice> devices = new ArrayList<>();

  @AfterEach
  void disconnect() throws Exception {
    done(Future.all(devices.stream().map(PlayedDevice::close).toList()));
    done(living.close());
  }

  private static void done(Future<?> future) throws Exception {
    future.toCompletionStage().toCompletableFuture().get(60, TimeUnit.SECONDS);
  }

  private PlayedDevice device(String name, String site, long workMs) {
    PlayedDevice device = new PlayedDevice(broker.address(), name, site, workMs);
    devices.add(device);
    return device;
  }

  private PlayedDevice online(String name, String site, long workMs) throws Exception {
    PlayedDevice device = device(name, site, workMs);
    done(device.connect(living));
    awaitOnline(devices.size());
    return device;
  }

  private List<JsonObject> audit() throws Exception {
    return Files.readAllLines(directory.resolve("data/audit.jsonl")).stream()
        .map(JsonObject::new)
        .toList();
  }

  /** Room for all requests of a thousand callers from one address. */
  @Override
  protected HttpConfig httpConfig() {
    return new HttpConfig(
        "127.0.0.1",
        0,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        false,
        100_000,
        Set.of(),
        10_000);
  }

  @Test
  void whatIsUnderWayIsBoundedHoweverLongTheRequestsAre() throws Exception {
    online("p1", "berlin", 1).silent(true);
    // One device, repeated many times.
    String list = "\"p1\",".repeat(12_000);
    String body = "{\"command\":\"%s\",\"timeout_seconds\":600,\"devices\":[" + list + "\"p1\"]%s}";
    HttpResponse<String> answer = null;
    for (int i = 0; i < 1_000 && (answer == null || answer.statusCode() == 202); i++) {
      answer =
          soon(
              post(
                  "/api/v1/commands?async=true",
                  body.formatted("motor/step", ",\"args\":{\"steps\":1}")));
    }
    assertThat(answer.statusCode()).isEqualTo(503);
    assertThat(code(answer)).isEqualTo("busy");
    // A stop still works.
    assertThat(
            soon(post("/api/v1/commands?async=true", body.formatted("motor/stop", "")))
                .statusCode())
        .isEqualTo(202);
  }

  @Test
  void aThousandCommandsEndOnceEachWhileSomeDevicesAreKilled() throws Exception {
    Vertx doomed = Vertx.vertx();
    for (int i = 0; i < 100; i++) {
      device("p" + i, "berlin", i < 5 ? ENDLESS_MS : 20);
    }
    List<PlayedDevice> killed = devices.subList(0, 5);
    done(Future.all(killed.stream().map(d -> d.connect(doomed)).toList()));
    done(Future.all(devices.subList(5, 100).stream().map(d -> d.connect(living)).toList()));
    awaitOnline(100);

    Map<String, CompletableFuture<HttpResponse<String>>> answers = new HashMap<>();
    for (int i = 0; i < 1000; i++) {
      // Every second caller waits for the reply.
      answers.put(
          "c" + i,
          post(
              "/api/v1/devices/p" + i % 100 + STEP + (i / 100 % 2 == 0 ? "" : "?async=true"),
              "{\"args\":{\"steps\":%d},\"id\":\"c%d\",\"timeout_seconds\":300}"
                  .formatted(i + 1, i)));
    }
    for (String id : answers.keySet()) {
      await(id)
          .atMost(LIMIT)
          .pollDelay(Duration.ZERO)
          .until(() -> get("/api/v1/commands/" + id).statusCode() == 200);
    }
    await("the doomed are at work")
        .atMost(LIMIT)
        .until(() -> killed.stream().allMatch(d -> d.executed().size() == CommandRelay.PER_DEVICE));
    done(doomed.close());
    killed.forEach(d -> d.takes(20));
    done(Future.all(killed.stream().map(d -> d.connect(living)).toList()));

    Map<String, Integer> ends = new HashMap<>();
    for (String id : answers.keySet()) {
      JsonArray targets = awaitEnd(id).getJsonArray("targets");
      assertThat(targets).hasSize(1);
      String end = targets.getJsonObject(0).getString("status");
      ends.merge(end, 1, Integer::sum);
      HttpResponse<String> answer = soon(answers.get(id));
      if (answer.statusCode() != 202) {
        assertThat(json(answer).getString("status")).isEqualTo(end);
      }
    }
    // Commands that were under way at a kill are lost; all others are done.
    assertThat(ends).isEqualTo(Map.of("failed", 20, "done", 980));
    for (PlayedDevice device : devices) {
      assertThat(device.executed()).as(device.name()).doesNotHaveDuplicates().hasSize(10);
    }
    // The log is written after the end is reported.
    await("all are in the audit log").atMost(LIMIT).until(() -> audit().size() >= 1000);
    List<String> audited = audit().stream().map(line -> line.getString("id")).toList();
    assertThat(audited).hasSize(1000).doesNotHaveDuplicates();
    String page = get("/internal/metrics").body();
    assertThat(page)
        .contains(
            "hy300_collector_commands_total{command=\"motor/step\",result=\"done\"} "
                + (double) ends.get("done"))
        .contains("hy300_collector_commands_in_flight 0.0")
        .contains("hy300_collector_command_duration_seconds_count{command=\"motor/step\"} 1000");
  }

  @Test
  void aCommandUnderWayOutlivesTheBroker() throws Exception {
    PlayedDevice device = online("p1", "berlin", 1);
    device.silent(true);
    CompletableFuture<HttpResponse<String>> answer =
        post("/api/v1/devices/p1" + STEP, "{\"args\":{\"steps\":1},\"id\":\"c1\"}");
    await("p1 has executed it").atMost(LIMIT).until(() -> device.hasEnded("c1"));
    broker.kill();
    broker.start();
    device.silent(false);
    done(device.connect(living));
    HttpResponse<String> response = soon(answer);
    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(device.executed()).containsExactly("c1");
  }

  @Test
  void aReplyThatWasLostIsAskedForAgain() throws Exception {
    PlayedDevice device = online("p1", "berlin", 1);
    device.silent(true);
    CompletableFuture<HttpResponse<String>> answer =
        post("/api/v1/devices/p1" + STEP, "{\"args\":{\"steps\":1},\"id\":\"c1\"}");
    await("p1 has executed it").atMost(LIMIT).until(() -> device.hasEnded("c1"));
    device.silent(false);
    assertThat(soon(answer).statusCode()).isEqualTo(200);
    assertThat(device.executed()).containsExactly("c1");
    assertThat(get("/internal/metrics").body())
        .containsPattern("hy300_collector_command_resends_total [1-9]");
  }

  @Test
  void aStoppedCollectorSaysWhereToAskAndGoesOnWhenItIsBack() throws Exception {
    PlayedDevice device = online("p1", "berlin", 1);
    device.silent(true);
    CompletableFuture<HttpResponse<String>> answer =
        post("/api/v1/devices/p1" + STEP, "{\"args\":{\"steps\":1},\"id\":\"c1\"}");
    await("p1 has executed it").atMost(LIMIT).until(() -> device.hasEnded("c1"));
    stopCollector();
    HttpResponse<String> stopped = soon(answer);
    assertThat(stopped.statusCode()).isEqualTo(503);
    assertThat(stopped.headers().firstValue("Location")).contains("/api/v1/commands/c1");
    assertThat(code(stopped)).isEqualTo("stopping");
    device.silent(false);
    startCollector();
    JsonObject command = awaitEnd("c1");
    assertThat(command.getJsonArray("targets").getJsonObject(0).getString("status"))
        .isEqualTo("done");
    // A repeated request gets the same reply.
    HttpResponse<String> again =
        soon(
            post(
                "/api/v1/devices/p1" + STEP,
                "{\"args\":{\"steps\":1}}",
                "Idempotency-Key",
                "\"c1\""));
    assertThat(again.statusCode()).isEqualTo(200);
    assertThat(device.executed()).containsExactly("c1");
    await("it is in the audit log")
        .atMost(LIMIT)
        .untilAsserted(
            () ->
                assertThat(audit())
                    .filteredOn(line -> "c1".equals(line.getString("id")))
                    .hasSize(1));
  }

  @Test
  void aSelectionGoesToItsDevicesAndWaitsForThoseThatAreOffline() throws Exception {
    PlayedDevice one = online("p1", "berlin", 1);
    online("p2", "paris", 1);
    PlayedDevice late = online("p3", "berlin", 1);
    done(late.close());
    // The device vanishes without a status, so the test publishes it in its place.
    Vertx doomed = Vertx.vertx();
    done(late.connect(doomed));
    done(doomed.close());
    awaitOnline(2);
    CompletableFuture<HttpResponse<String>> answer =
        post(
            "/api/v1/commands",
            "{\"command\":\"motor/step\",\"args\":{\"steps\":5},\"select\":{\"site\":\"berlin\"},"
                + "\"id\":\"s1\",\"timeout_seconds\":20}");
    await("p1 executes").atMost(LIMIT).until(() -> one.executed().contains("s1"));
    done(late.connect(living));
    HttpResponse<String> response = soon(answer);
    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(json(response).getString("state")).isEqualTo("ended");
    Map<String, String> ends = new HashMap<>();
    json(response)
        .getJsonArray("targets")
        .forEach(
            t ->
                ends.put(
                    ((JsonObject) t).getString("device"), ((JsonObject) t).getString("status")));
    assertThat(ends).isEqualTo(Map.of("p1", "done", "p3", "done"));
  }

  @Test
  void eachDeviceOfAListHasItsOwnEnd() throws Exception {
    online("p1", "berlin", 1);
    HttpResponse<String> response =
        soon(
            post(
                "/api/v1/commands",
                "{\"command\":\"motor/stop\",\"devices\":[\"p1\",\"nobody\"],\"id\":\"l1\"}"));
    JsonArray targets = json(response).getJsonArray("targets");
    assertThat(targets).hasSize(2);
    assertThat(targets.getJsonObject(0).getString("status")).isEqualTo("done");
    assertThat(targets.getJsonObject(1).getString("status")).isEqualTo("rejected");
    assertThat(targets.getJsonObject(1).getJsonObject("error").getString("code"))
        .isEqualTo("unknown_device");
    HttpResponse<String> other =
        soon(
            post(
                "/api/v1/commands",
                "{\"command\":\"motor/stop\",\"devices\":[\"p1\"],\"id\":\"l1\"}"));
    assertThat(other.statusCode()).isEqualTo(409);
    assertThat(code(other)).isEqualTo("id_in_use");
  }

  @Test
  void aDeviceIsGivenAFewCommandsAtOnceAndStoppingGoesFirst() throws Exception {
    PlayedDevice device = online("p1", "berlin", ENDLESS_MS);
    for (int i = 0; i < 2 * CommandRelay.PER_DEVICE; i++) {
      HttpResponse<String> taken =
          soon(
              post(
                  "/api/v1/devices/p1" + STEP + "?async=true",
                  "{\"args\":{\"steps\":1},\"id\":\"q%d\"}".formatted(i)));
      assertThat(taken.statusCode()).isEqualTo(202);
    }
    soon(post("/api/v1/devices/p1/commands/motor/stop?async=true", "{\"id\":\"halt\"}"));
    await("p1 executes the stop").atMost(LIMIT).until(() -> device.executed().contains("halt"));
    assertThat(new HashSet<>(device.executed()))
        .isEqualTo(new HashSet<>(List.of("q0", "q1", "q2", "q3", "halt")));
    assertThat(
            json(get("/api/v1/commands/q7"))
                .getJsonArray("targets")
                .getJsonObject(0)
                .getString("status"))
        .isEqualTo("waiting");
  }
}
