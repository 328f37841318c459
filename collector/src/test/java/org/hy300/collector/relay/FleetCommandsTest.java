// SPDX-License-Identifier: Apache-2.0
// Commands to the fleet over MQTT, through a whole collector and a real broker.
package org.hy300.collector.relay;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import java.nio.file.Files;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.hy300.collector.CollectorFixture;
import org.hy300.collector.PlayedDevice;
import org.hy300.contract.ReplyMessage.Status;
import org.hy300.testing.MqttProbe;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(300)
class FleetCommandsTest extends CollectorFixture {
  private static final String HOME = "hy300/v1/fleet/cmd/motor/home";
  private static final String REPLY = "hy300/v1/fleet/reply/motor/home";

  private final Vertx vertx = Vertx.vertx();
  private List<PlayedDevice> devices;
  private MqttProbe operator;

  @BeforeEach
  void connect() throws Exception {
    devices =
        List.of(
            new PlayedDevice(broker.address(), "p1", "berlin", 1),
            new PlayedDevice(broker.address(), "p2", "berlin", 1),
            new PlayedDevice(broker.address(), "p3", "paris", 1));
    done(Future.all(devices.stream().map(d -> d.connect(vertx)).toList()));
    awaitOnline(3);
    operator = new MqttProbe(broker.address()).subscribe("hy300/v1/fleet/reply/#");
  }

  @AfterEach
  void disconnect() throws Exception {
    operator.close();
    done(Future.all(devices.stream().map(PlayedDevice::close).toList()));
    done(vertx.close());
  }

  private static void done(Future<?> future) throws Exception {
    future.toCompletionStage().toCompletableFuture().get(60, TimeUnit.SECONDS);
  }

  private static String command(String id, String more) {
    return "{\"id\":\"%s\",\"expires\":\"%s\"%s}"
        .formatted(id, Instant.now().plusSeconds(30), more);
  }

  private JsonObject end(String id) {
    return operator.await(
        REPLY, r -> r.getString("id").equals(id) && !r.getString("status").equals("accepted"));
  }

  @Test
  void devicesWithTheLabelsDoItAndOneReplyTellsOfAll() throws Exception {
    operator.publish(HOME, command("f1", ",\"select\":{\"site\":\"berlin\"}"));
    assertThat(end("f1"))
        .isEqualTo(
            new JsonObject(
                "{\"id\":\"f1\",\"status\":\"done\",\"result\":{\"devices\":2,\"done\":2}}"));
    assertThat(operator.heard(REPLY).get(0).json().getString("status")).isEqualTo("accepted");
    assertThat(devices.get(2).executed()).isEmpty();
    // A repetition gets the reply again, and is not executed.
    operator.publish(HOME, command("f1", ",\"select\":{\"site\":\"berlin\"}"));
    org.awaitility.Awaitility.await().atMost(LIMIT).until(() -> operator.heard(REPLY).size() == 3);
    assertThat(devices.get(0).executed()).containsExactly("f1");
    assertThat(get("/internal/metrics").body()).doesNotContain("hy300_collector_drops_total");
  }

  @Test
  void whatNotAllHaveDoneHasFailedAndNamesThem() {
    devices.get(1).ends(Status.FAILED);
    operator.publish(HOME, command("f2", ",\"devices\":[\"p1\",\"p2\",\"nobody\"]"));
    JsonObject end = end("f2");
    assertThat(end.getString("status")).isEqualTo("failed");
    assertThat(end.getJsonObject("error").getString("code")).isEqualTo("partial");
    assertThat(end.getJsonObject("result"))
        .isEqualTo(
            new JsonObject(
                "{\"devices\":3,\"done\":1,\"failed\":1,\"rejected\":1,"
                    + "\"not_done\":{\"p2\":\"driver\",\"nobody\":\"unknown_device\"}}"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "hy300/v1/fleet/cmd/motor/home  | ''                                | malformed",
        "hy300/v1/fleet/cmd/motor/home  | ,\"select\":{}                    | malformed",
        "hy300/v1/fleet/cmd/motor/home  | ,\"devices\":[\"+\"]              | malformed",
        "hy300/v1/fleet/cmd/motor/home  | ,\"select\":{\"site\":\"rome\"}   | no_device",
        "hy300/v1/fleet/cmd/motor/dance | ,\"select\":\"all\"               | unknown_command",
        "hy300/v1/fleet/cmd/motor/move  | ,\"select\":\"all\"               | invalid_argument",
      })
  void aBadCommandIsRefusedWithItsReason(String topic, String more, String code) {
    operator.publish(topic, command("bad", more));
    JsonObject reply = operator.await(topic.replace("/cmd/", "/reply/"), any -> true);
    assertThat(reply.getString("status")).isEqualTo("rejected");
    assertThat(reply.getJsonObject("error").getString("code")).isEqualTo(code);
    assertThat(devices).allMatch(d -> d.heard().isEmpty());
  }

  /** A command sent directly to a device, without tokens and roles, is at least logged. */
  @Test
  void aCommandThatAnotherHasPublishedIsInTheAuditLogAndThoseOfTheCollectorOnce() throws Exception {
    operator.publish("hy300/v1/p1/cmd/motor/home", command("own", ""));
    operator.publish("hy300/v1/absent/cmd/mips/load_firmware", "no command");
    soon(post("/api/v1/devices/p1/commands/motor/home", "{\"id\":\"ours\"}"));
    operator.publish(HOME, command("f9", ",\"devices\":[\"p1\"]"));
    end("f9");
    // The same identifier with different content is another command.
    operator.publish("hy300/v1/p2/cmd/motor/home", command("ours", ""));
    org.awaitility.Awaitility.await()
        .atMost(LIMIT)
        .untilAsserted(
            () ->
                assertThat(
                        Files.readAllLines(directory.resolve("data/audit.jsonl")).stream()
                            .map(JsonObject::new)
                            .map(
                                line ->
                                    "%s %s %s %s %s"
                                        .formatted(
                                            line.getString("by"),
                                            line.getString("id"),
                                            line.getString("device"),
                                            line.getString("command"),
                                            line.getString("result"))))
                    .containsExactlyInAnyOrder(
                        "mqtt own p1 motor/home published",
                        "mqtt null absent mips/load_firmware published",
                        "anybody ours p1 motor/home done",
                        "mqtt f9 p1 motor/home done",
                        "mqtt ours p2 motor/home published"));
  }

  @Test
  void aRetainedCommandOfYesterdayIsNotExecuted() throws Exception {
    stopCollector();
    operator.publish(HOME, Buffer.buffer(command("old", ",\"select\":\"all\"")), true);
    startCollector();
    assertThat(end("old").getJsonObject("error").getString("code")).isEqualTo("retained");
    assertThat(devices).allMatch(d -> d.heard().isEmpty());
  }

  @Test
  void aRetainedCommandThatComesLiveIsNotExecuted() {
    operator.publish(HOME, Buffer.buffer(command("live", ",\"select\":\"all\"")), true);
    assertThat(end("live").getJsonObject("error").getString("code")).isEqualTo("retained");
    assertThat(devices).allMatch(d -> d.heard().isEmpty());
  }
}
