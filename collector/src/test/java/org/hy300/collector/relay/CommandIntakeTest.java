// SPDX-License-Identifier: Apache-2.0
// The same checks for all sources: a command is refused for the same reason however it comes.
package org.hy300.collector.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpResponse;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.hy300.collector.CollectorFixture;
import org.hy300.collector.PlayedDevice;
import org.hy300.testing.MqttProbe;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(300)
class CommandIntakeTest extends CollectorFixture {
  private static final String SEVERAL = "/api/v1/commands";

  private final Vertx vertx = Vertx.vertx();
  private PlayedDevice device;
  private MqttProbe operator;

  @BeforeEach
  void connect() throws Exception {
    device = new PlayedDevice(broker.address(), "p1", "berlin", 1);
    device.connect(vertx).toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
    awaitOnline(1);
    operator = new MqttProbe(broker.address()).subscribe("hy300/v1/fleet/reply/#");
  }

  @AfterEach
  void disconnect() throws Exception {
    operator.close();
    device.close().toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
    vertx.close().toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
  }

  private JsonObject byTopic(String command, String id, String args, Instant expires) {
    operator.publish(
        "hy300/v1/fleet/cmd/" + command,
        "{\"id\":\"%s\",\"expires\":\"%s\",\"args\":%s,\"select\":\"all\"}"
            .formatted(id, expires, args));
    return operator.await(
        "hy300/v1/fleet/reply/" + command,
        reply -> reply.getString("id").equals(id) && !reply.getString("status").equals("accepted"));
  }

  private static String body(String id, String args, String more) {
    return "{\"id\":\"%s\",\"args\":%s%s}".formatted(id, args, more);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "motor/dance   | {}                   | unknown_command",
        "motor/move    | {}                   | invalid_argument",
        "motor/move    | {\"position\":-1}    | invalid_argument",
        "mips/keystone | {\"corners\":[1,2]}  | invalid_argument",
        "process/add   | {}                   | invalid_argument",
      })
  void aCommandIsRefusedForTheSameReasonHoweverItComes(String command, String args, String code)
      throws Exception {
    HttpResponse<String> one =
        soon(post("/api/v1/devices/p1/commands/" + command, body("one", args, "")));
    HttpResponse<String> several =
        soon(
            post(
                SEVERAL,
                body(
                    "several", args, ",\"command\":\"%s\",\"select\":\"all\"".formatted(command))));
    JsonObject topic = byTopic(command, "topic", args, Instant.now().plusSeconds(30));
    assertThat(code(one)).isEqualTo(code);
    assertThat(code(several)).isEqualTo(code);
    assertThat(topic.getJsonObject("error").getString("code")).isEqualTo(code);
    String message = topic.getJsonObject("error").getString("message");
    for (HttpResponse<String> answer : List.of(one, several)) {
      assertThat(json(answer).getJsonObject("error").getString("message")).isEqualTo(message);
    }
    assertThat(get("/internal/metrics").body())
        .contains("hy300_collector_command_refusals_total{reason=\"%s\"} 3.0".formatted(code));
    assertThat(device.heard()).isEmpty();
  }

  @Test
  void aCommandThatTheDeviceDoesNotListIsNotSentButAStopIs() throws Exception {
    PlayedDevice bare = new PlayedDevice(broker.address(), "p2", "berlin", 1).taking("agent/ping");
    bare.connect(vertx).toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
    try {
      awaitOnline(2);
      await()
          .atMost(LIMIT)
          .until(() -> get("/api/v1/devices/p2").body().contains("\"commands\":[\"agent/ping\"]"));
      HttpResponse<String> home =
          soon(post("/api/v1/devices/p2/commands/motor/home", body("a", "{}", "")));
      assertThat(home.statusCode()).isEqualTo(409);
      assertThat(code(home)).isEqualTo("unavailable");
      for (String taken : List.of("agent/ping", "motor/stop")) {
        assertThat(
                soon(post(
                        "/api/v1/devices/p2/commands/" + taken,
                        body(taken.replace('/', '-'), "{}", "")))
                    .statusCode())
            .as(taken)
            .isEqualTo(200);
      }
      assertThat(bare.executed()).containsExactly("agent-ping", "motor-stop");
    } finally {
      bare.close().toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
    }
  }

  @Test
  void anIdentifierIsOneCommandHoweverItComes() throws Exception {
    assertThat(
            soon(post("/api/v1/devices/p1/commands/motor/home", body("x", "{}", ""))).statusCode())
        .isEqualTo(200);
    HttpResponse<String> several =
        soon(post(SEVERAL, body("x", "{}", ",\"command\":\"motor/home\",\"select\":\"all\"")));
    assertThat(code(several)).isEqualTo("id_in_use");
    JsonObject topic = byTopic("motor/stop", "x", "{}", Instant.now().plusSeconds(30));
    assertThat(topic.getJsonObject("error").getString("code")).isEqualTo("id_in_use");
    assertThat(device.executed()).containsExactly("x");
  }

  @Test
  void anExpiryIsNeitherPastNorFarAway() {
    JsonObject late = byTopic("motor/home", "late", "{}", Instant.now().minusSeconds(1));
    assertThat(late.getString("status")).isEqualTo("expired");
    JsonObject far = byTopic("motor/home", "far", "{}", Instant.now().plusSeconds(100_000));
    assertThat(far.getString("status")).isEqualTo("rejected");
    assertThat(far.getJsonObject("error").getString("code")).isEqualTo("invalid_argument");
    assertThat(device.heard()).isEmpty();
  }

  @Test
  void whoAsksAgainIsAnsweredThoughTheBrokerIsAway() throws Exception {
    String path = "/api/v1/devices/p1/commands/motor/home";
    assertThat(soon(post(path, body("again", "{}", ""))).statusCode()).isEqualTo(200);
    broker.kill();
    org.awaitility.Awaitility.await()
        .atMost(LIMIT)
        .until(() -> soon(post(path, body("new", "{}", ""))).statusCode() == 503);
    assertThat(soon(post(path, body("again", "{}", ""))).statusCode()).isEqualTo(200);
    broker.start();
  }
}
