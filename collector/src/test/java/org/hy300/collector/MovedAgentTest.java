// SPDX-License-Identifier: Apache-2.0
// An agent that has moved to another broker, and the late Will from the old one.
package org.hy300.collector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.vertx.core.buffer.Buffer;
import io.vertx.mqtt.MqttClientOptions;
import io.vertx.mqtt.MqttClientWillOptions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import org.hy300.contract.StatusMessage;
import org.hy300.testing.Mosquitto;
import org.hy300.testing.MqttProbe;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The collector is at broker B, and broker A forwards the agent's messages to B. */
@Timeout(300)
class MovedAgentTest extends CollectorFixture {
  private static final String STATUS = "hy300/v1/p1/status";

  private static Buffer status(boolean online, long connection) {
    return new StatusMessage(online, "s1", Instant.now(), connection).toBuffer();
  }

  private Mosquitto bridged() throws Exception {
    Path files = Files.createDirectory(directory.resolve("a"));
    return new Mosquitto(
        files,
        "127.0.0.1",
        false,
        "allow_anonymous true",
        "connection to-b",
        "address 127.0.0.1:" + broker.address().port(),
        "restart_timeout 1",
        "notifications false",
        "topic hy300/v1/+/status out 1");
  }

  private String metrics() throws Exception {
    return get("/internal/metrics").body();
  }

  @Test
  void theOldBrokersLateWillDoesNotShowItOffline() throws Exception {
    MqttClientOptions will =
        new MqttClientOptions()
            .setWillOptions(
                new MqttClientWillOptions()
                    .setTopic(STATUS)
                    .setMessageBytes(status(false, 1))
                    .setQos(1)
                    .setRetain(true));
    try (Mosquitto a = bridged();
        MqttProbe atB = new MqttProbe(broker.address()).subscribe(STATUS)) {
      MqttProbe atA = new MqttProbe(a.address(), will);
      atA.publish(STATUS, status(true, 1), true);
      awaitOnline(1);
      atB.publish(STATUS, status(true, 2), true);
      atA.vanish();
      atB.await(STATUS, s -> s.getString("state").equals("offline"));
      await()
          .atMost(LIMIT)
          .untilAsserted(
              () ->
                  assertThat(metrics())
                      .containsPattern(
                          "hy300_collector_drops_total\\{reason=\"late_will\"\\} 1\\.0"));
      awaitOnline(1);
      assertThat(json(get("/api/v1/devices")).getInteger("offline")).isZero();
    }
  }
}
