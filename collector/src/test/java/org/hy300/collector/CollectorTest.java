// SPDX-License-Identifier: Apache-2.0
package org.hy300.collector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.mqtt.MqttClientOptions;
import io.vertx.mqtt.MqttClientWillOptions;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.hy300.contract.StatusMessage;
import org.hy300.testing.DeepJson;
import org.hy300.testing.MqttProbe;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A whole collector with a real mosquitto; the device is played by hand. */
@Timeout(300)
class CollectorTest extends CollectorFixture {
  private static final String ROOT = "hy300/v1/p1";
  private static final String POSITION = "hy300_motor_position_steps{device=\"p1\"}";
  private static final String UP = "hy300_device_up{device=\"p1\"}";

  private MqttProbe device;

  @BeforeEach
  void connect() {
    device = connect("s1");
    publishState("s1", 1, 127);
    awaitMetric(POSITION, "127");
  }

  @AfterEach
  void disconnect() {
    device.close();
  }

  private MqttProbe connect(String session) {
    MqttProbe probe =
        new MqttProbe(
            broker.address(),
            new MqttClientOptions()
                .setWillOptions(
                    new MqttClientWillOptions()
                        .setTopic(ROOT + "/status")
                        .setMessageBytes(status(false, session))
                        .setRetain(true)
                        .setQos(1)));
    probe.subscribe(ROOT + "/cmd/#");
    probe.subscribe("hy300/v1/fleet/reply/#");
    probe.publish(ROOT + "/status", status(true, session), true);
    return probe;
  }

  private static Buffer status(boolean online, String session) {
    return new StatusMessage(online, session, Instant.now()).toBuffer();
  }

  private void publishState(String session, long seq, int position) {
    device.publish(
        ROOT + "/state/motor",
        Buffer.buffer(
            "{\"session\":\"%s\",\"seq\":%d,\"time\":\"2026-11-21T04:00:00.000Z\",\"values\":{\"hy300_motor_position_steps\":%d}}"
                .formatted(session, seq, position)),
        true);
  }

  private Optional<String> metric(String series) throws Exception {
    return get("/metrics")
        .body()
        .lines()
        .filter(line -> line.startsWith(series + " "))
        .map(line -> line.substring(series.length() + 1))
        .findFirst();
  }

  private String own() throws Exception {
    return get("/internal/metrics").body();
  }

  private void awaitMetric(String series, String value) {
    await()
        .atMost(Duration.ofSeconds(60))
        .pollInterval(Duration.ofMillis(20))
        .untilAsserted(() -> assertThat(metric(series)).isEqualTo(Optional.ofNullable(value)));
  }

  private CompletableFuture<HttpResponse<String>> move(String body) {
    return post("/api/v1/devices/p1/commands/motor/move", body);
  }

  private String commandId() {
    return device.await(ROOT + "/cmd/motor/move", command -> true).getString("id");
  }

  private void reply(String id, String status, String more) {
    device.publish(
        ROOT + "/reply/motor/move",
        "{\"id\":\"%s\",\"status\":\"%s\"%s}".formatted(id, status, more));
  }

  @Test
  void aDeviceThatVanishesLosesItsSeriesAndBringsThemBack() {
    awaitMetric(UP, "1");
    device.vanish();
    awaitMetric(UP, "0");
    awaitMetric(POSITION, null);
    device = connect("s2");
    awaitMetric(UP, "1");
    publishState("s2", 1, 5);
    awaitMetric(POSITION, "5");
  }

  @Test
  void aLostBrokerTakesTheSeriesAlongAfterOneAndAHalfKeepAlives() throws Exception {
    long begin = System.nanoTime();
    broker.kill();
    awaitMetric("hy300_collector_broker_connected", "0");
    await().atMost(LIMIT).until(() -> own().contains("hy300_collector_relay_connected 0"));
    assertThat(soon(move("{\"args\":{\"position\":1}}")).statusCode()).isEqualTo(503);
    Optional<String> still = metric(POSITION);
    // Asked later, as on a machine that stood still meanwhile, it may have gone already.
    if (System.nanoTime() - begin < TimeUnit.MILLISECONDS.toNanos(keepAliveSeconds() * 1500L)) {
      assertThat(still).contains("127");
    }
    awaitMetric(POSITION, null);
    assertThat(metric(UP)).isEmpty();
    assertThat(metric("hy300_device_last_seen_timestamp_seconds{device=\"p1\"}")).isPresent();
    broker.start();
    awaitMetric("hy300_collector_broker_connected", "1");
    device.close();
    device = connect("s1");
    publishState("s1", 2, 6);
    awaitMetric(POSITION, "6");
  }

  @Test
  void aCommandIsAnsweredWithTheDevicesTerminalReply() throws Exception {
    CompletableFuture<HttpResponse<String>> answer =
        move("{\"args\":{\"position\":120},\"id\":\"c1\"}");
    JsonObject command =
        device.await(ROOT + "/cmd/motor/move", c -> c.getString("id").equals("c1"));
    assertThat(command.getJsonObject("args").getInteger("position")).isEqualTo(120);
    assertThat(Instant.parse(command.getString("expires"))).isAfter(Instant.now());
    assertThat(device.heard(ROOT + "/cmd/motor/move").get(0).retained()).isFalse();
    reply("c1", "accepted", "");
    reply("c1", "done", ",\"result\":{\"position\":120}");
    HttpResponse<String> response = answer.get(60, TimeUnit.SECONDS);
    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(new JsonObject(response.body()))
        .isEqualTo(
            new JsonObject("{\"id\":\"c1\",\"status\":\"done\",\"result\":{\"position\":120}}"));
    assertThat(get("/internal/metrics").body())
        .contains("hy300_collector_commands_total{command=\"motor/move\",result=\"done\"} 1.0");
  }

  @ParameterizedTest
  @CsvSource({"rejected,422", "cancelled,409", "failed,502", "expired,504"})
  void everyEndHasItsStatus(String status, int code) throws Exception {
    CompletableFuture<HttpResponse<String>> answer = move("{\"args\":{\"position\":1}}");
    reply(commandId(), status, ",\"error\":{\"code\":\"x\",\"message\":\"why\"}");
    HttpResponse<String> response = answer.get(60, TimeUnit.SECONDS);
    assertThat(response.statusCode()).isEqualTo(code);
    assertThat(new JsonObject(response.body()).getJsonObject("error").getString("message"))
        .isEqualTo("why");
  }

  @Test
  void aDeviceThatDoesNotAnswerIsAskedAgainAndGivenUp() throws Exception {
    CompletableFuture<HttpResponse<String>> answer =
        move("{\"args\":{\"position\":1},\"timeout_seconds\":7}");
    String id = commandId();
    HttpResponse<String> response = answer.get(60, TimeUnit.SECONDS);
    assertThat(response.statusCode()).isEqualTo(504);
    assertThat(new JsonObject(response.body()).getString("status")).isEqualTo("expired");
    // At once, after five seconds, and when it had expired.
    await().atMost(LIMIT).until(() -> device.heard(ROOT + "/cmd/motor/move").size() >= 3);
    assertThat(device.heard(ROOT + "/cmd/motor/move"))
        .allMatch(m -> m.json().getString("id").equals(id));
  }

  @Test
  void aCommandThatIsAcceptedAndDoesNotEndSaysSo() throws Exception {
    CompletableFuture<HttpResponse<String>> answer =
        // It is accepted by then, be the machine as slow as it will.
        move("{\"args\":{\"position\":1},\"timeout_seconds\":10}");
    reply(commandId(), "accepted", "");
    HttpResponse<String> response = answer.get(60, TimeUnit.SECONDS);
    assertThat(response.statusCode()).isEqualTo(504);
    assertThat(new JsonObject(response.body()).getString("status")).isEqualTo("accepted");
  }

  @Test
  void theSameIdTwiceIsOneCommand() throws Exception {
    String body = "{\"args\":{\"position\":1},\"id\":\"twice\"}";
    CompletableFuture<HttpResponse<String>> first = move(body);
    commandId();
    CompletableFuture<HttpResponse<String>> second = move(body);
    HttpResponse<String> other = soon(move("{\"args\":{\"position\":2},\"id\":\"twice\"}"));
    assertThat(other.statusCode()).isEqualTo(409);
    reply("twice", "done", "");
    assertThat(first.get(60, TimeUnit.SECONDS).statusCode()).isEqualTo(200);
    assertThat(second.get(60, TimeUnit.SECONDS).statusCode()).isEqualTo(200);
    // Where that took longer than five seconds, it was asked again for its answer.
    int resends = resends();
    await()
        .atMost(LIMIT)
        .untilAsserted(
            () -> assertThat(device.heard(ROOT + "/cmd/motor/move")).hasSize(1 + resends));
  }

  private int resends() throws Exception {
    return own()
        .lines()
        .filter(line -> line.startsWith("hy300_collector_command_resends_total "))
        .mapToInt(line -> (int) Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
        .sum();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "/api/v1/devices/p1/commands/motor/move  | {\"args\":{\"position\":\"abc\"}} | 422",
        "/api/v1/devices/p1/commands/motor/move  | {\"args\":{\"position\":-1}}      | 422",
        "/api/v1/devices/p1/commands/motor/move  | {\"args\":{}}                     | 422",
        "/api/v1/devices/p1/commands/motor/move  | {\"args\":[]}                     | 400",
        "/api/v1/devices/p1/commands/motor/move  | {\"id\":\"a b\"}                  | 400",
        "/api/v1/devices/p1/commands/motor/move  | {\"timeout_seconds\":0}           | 400",
        "/api/v1/devices/p1/commands/motor/move  | {\"timeout_seconds\":\"1\"}       | 400",
        "/api/v1/devices/p1/commands/motor/move  | [1]                               | 400",
        "/api/v1/devices/p1/commands/motor/move  | {\"args\":                        | 400",
        "/api/v1/devices/p1/commands/motor/dance | {}                                | 404",
        "/api/v1/devices/p2/commands/motor/stop  | {}                                | 404",
        "/api/v1/nothing                         | {}                                | 404",
        "/metrics                                | {}                                | 405",
      })
  void badRequestsAreRefusedAndNothingIsSent(String path, String body, int status)
      throws Exception {
    HttpResponse<String> response = post(path, body).get(60, TimeUnit.SECONDS);
    assertThat(response.statusCode()).isEqualTo(status);
    assertThat(new JsonObject(response.body()).getJsonObject("error").getString("message"))
        .isNotBlank();
    assertThat(device.heard(ROOT + "/cmd/motor/move")).isEmpty();
  }

  @Test
  void anOversizedBodyIsRefused() throws Exception {
    assertThat(soon(move("x".repeat(200_000))).statusCode()).isEqualTo(413);
  }

  @Test
  void anOfflineDeviceTakesNoCommand() throws Exception {
    device.vanish();
    awaitMetric(UP, "0");
    assertThat(soon(move("{\"args\":{\"position\":1}}")).statusCode()).isEqualTo(503);
    device = connect("s2");
  }

  @Test
  void aPageOfAnotherHostIsNotServed() throws Exception {
    HttpResponse<String> response =
        soon(
            post(
                "/api/v1/devices/p1/commands/motor/home",
                "{}",
                "Origin",
                "http://elsewhere.example"));
    assertThat(response.statusCode()).isEqualTo(403);
  }

  @Test
  void badMessagesAreCountedAndTheRestGoesOn() {
    List<String> payloads =
        List.of("x", "{", new JsonArray().encode(), "{\"session\":\"s1\"}", "y".repeat(1_000_000));
    for (String payload : payloads) {
      device.publish(ROOT + "/state/motor", payload);
    }
    device.publish(ROOT + "/status", "{\"state\":\"perhaps\"}");
    device.publish(ROOT + "/info", "{}");
    device.publish(ROOT + "/reply/motor/move", "{}");
    device.publish("hy300/v1/bad name/status", "{}");
    publishState("s1", 2, 99);
    awaitMetric(POSITION, "99");
    await()
        .atMost(Duration.ofSeconds(60))
        .untilAsserted(
            () ->
                assertThat(get("/internal/metrics").body())
                    .contains("hy300_collector_drops_total{reason=\"malformed\"} 7.0")
                    .contains("hy300_collector_drops_total{reason=\"oversized\"} 1.0")
                    .contains("hy300_collector_drops_total{reason=\"illegal_topic\"} 1.0"));
    awaitMetric(UP, "1");
  }

  /** Of every kind that it reads, with the identifier of a command that is still to be answered. */
  @Test
  void whatIsNestedTooDeepIsMalformedAndTheRestGoesOn() throws Exception {
    String session = "\"session\":\"s1\",\"seq\":2,\"time\":\"2026-11-21T04:00:00Z\"";
    String id = "\"id\":\"deep\",\"status\":\"done\",\"event\":\"x\"," + session;
    for (int depth : new int[] {17, 900}) {
      device.publish(
          ROOT + "/state/motor", DeepJson.object(depth, session + ",\"values\":{\"hy300_x\":1}"));
      device.publish(ROOT + "/status", DeepJson.object(depth, session + ",\"state\":\"offline\""));
      device.publish(ROOT + "/info", DeepJson.object(depth, session));
      device.publish(ROOT + "/event/motor", DeepJson.object(depth, id));
      device.publish(ROOT + "/reply/motor/move", DeepJson.object(depth, id));
      device.publish("hy300/v1/fleet/cmd/motor/home", DeepJson.object(depth, id));
      device.publish("hy300/v1/fleet/cmd/motor/home", DeepJson.arrays(depth));
    }
    publishState("s1", 3, 98);
    awaitMetric(POSITION, "98");
    await()
        .atMost(Duration.ofSeconds(10))
        .untilAsserted(
            () ->
                assertThat(get("/internal/metrics").body())
                    .contains("hy300_collector_drops_total{reason=\"malformed\"} 12.0"));
    awaitMetric(UP, "1");
    JsonObject reply =
        device.await(
            "hy300/v1/fleet/reply/motor/home", answer -> answer.getString("id").equals("deep"));
    assertThat(reply.getString("status")).isEqualTo("rejected");
    assertThat(reply.getJsonObject("error").getString("message")).contains("nested more than 16");
  }

  @Test
  void aBodyThatIsNestedTooDeepIsRefusedWithTheReason() throws Exception {
    for (String body :
        List.of(
            DeepJson.object(17, "\"args\":{}"),
            DeepJson.object(900, "\"args\":{}"),
            "{\"args\":" + DeepJson.object(13, "\"position\":1") + "}")) {
      HttpResponse<String> response = soon(move(body));
      assertThat(response.statusCode()).isEqualTo(400);
      assertThat(code(response)).isEqualTo("malformed");
      assertThat(json(response).getJsonObject("error").getString("message"))
          .containsPattern("is nested more than 1[26] deep");
    }
  }

  @Test
  void thePageIsCompressedForWhoAsks() throws Exception {
    HttpResponse<byte[]> response =
        http.send(
            HttpRequest.newBuilder(URI.create(url + "/metrics"))
                .header("Accept-Encoding", "gzip")
                .build(),
            HttpResponse.BodyHandlers.ofByteArray());
    assertThat(response.headers().firstValue("Content-Encoding")).contains("gzip");
    assertThat(response.headers().firstValue("Content-Type"))
        .contains("text/plain; version=0.0.4; charset=utf-8");
  }

  @Test
  void vertxAndTheMachineMeasureThemselves() throws Exception {
    assertThat(get("/internal/metrics").body())
        .contains("vertx_http_server_requests_total{", "vertx_net_client_bytes_read_total")
        .contains("jvm_memory_used_bytes")
        .contains("hy300_collector_messages_total{kind=\"state\"} ")
        .contains("hy300_collector_devices{state=\"online\"} 1.0");
  }
}
