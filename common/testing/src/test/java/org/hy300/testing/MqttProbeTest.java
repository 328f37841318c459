// SPDX-License-Identifier: Apache-2.0
package org.hy300.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A message that violates the contract fails the test that receives it. */
@Timeout(300)
class MqttProbeTest {
  private static final String TOPIC = "hy300/v1/p1/status";

  private Mosquitto broker;

  @BeforeEach
  void start(@TempDir Path directory) throws Exception {
    broker = new Mosquitto(directory);
  }

  @AfterEach
  void stop() {
    broker.close();
  }

  private void publish(String payload) throws Exception {
    try (Program publisher =
        new Program(
            "mosquitto_pub",
            Map.of(),
            "mosquitto_pub",
            "-p",
            Integer.toString(broker.address().port()),
            "-t",
            TOPIC,
            "-m",
            payload)) {
      assertThat(publisher.awaitExit(Duration.ofSeconds(60))).isZero();
    }
  }

  @Test
  void whatIsWrongFailsTheTestWithTopicPayloadAndRule() throws Exception {
    MqttProbe probe = new MqttProbe(broker.address()).subscribe("hy300/v1/#");
    publish("{\"state\":\"perhaps\",\"session\":\"s\",\"time\":\"2026-11-21T04:00:00Z\"}");
    assertThatThrownBy(() -> probe.await(TOPIC, message -> false))
        .hasStackTraceContaining(TOPIC)
        .hasStackTraceContaining("#/state")
        .hasStackTraceContaining("perhaps");
    assertThatThrownBy(probe::close).isInstanceOf(AssertionError.class);
  }

  @Test
  void whatIsRightAndWhatATestPublishesItselfDoesNot() throws Exception {
    try (MqttProbe probe = new MqttProbe(broker.address()).subscribe("hy300/v1/#")) {
      publish("{\"state\":\"online\",\"session\":\"s\",\"time\":\"2026-11-21T04:00:00Z\"}");
      probe.publish(TOPIC, "{\"state\":\"own\"}");
      probe.await(TOPIC, message -> message.getString("state").equals("own"));
      assertThat(probe.heard(TOPIC)).hasSize(2);
    }
  }
}
