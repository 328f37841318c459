// SPDX-License-Identifier: Apache-2.0
// A state message that never reached the collector: its number is missing, and the state is read
// again.
package org.hy300.collector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import org.hy300.contract.StatusMessage;
import org.hy300.testing.Mosquitto;
import org.hy300.testing.MqttProbe;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** mosquitto drops what its ACL does not let the collector read, but still retains it. */
@Timeout(300)
class LostStateTest extends CollectorFixture {
  private static final String ROOT = "hy300/v1/p1";

  private Path acl() {
    return directory.resolve("acl");
  }

  @Override
  protected Mosquitto startMosquitto() throws Exception {
    Files.writeString(acl(), "topic readwrite #\n");
    return new Mosquitto(
        directory, "127.0.0.1", false, "allow_anonymous true", "acl_file " + acl());
  }

  private static void publish(MqttProbe device, String subsystem, int seq, String series) {
    device.publish(
        ROOT + "/state/" + subsystem,
        Buffer.buffer(
            "{\"session\":\"s1\",\"seq\":%d,\"time\":\"%s\",\"values\":{%s}}"
                .formatted(seq, Instant.now(), series)),
        true);
  }

  private void awaitOnPage(String line) {
    await()
        .atMost(LIMIT)
        .untilAsserted(() -> assertThat(get("/metrics").body()).contains("\n" + line + "\n"));
  }

  private void let(String rules) throws IOException, InterruptedException {
    Files.writeString(acl(), rules);
    broker.reload();
  }

  @Test
  void aStateThatWasLostIsReadAgainWhenTheNextOneComes() throws Exception {
    try (MqttProbe device = new MqttProbe(broker.address())) {
      device.publish(
          ROOT + "/status", new StatusMessage(true, "s1", Instant.now()).toBuffer(), true);
      publish(device, "motor", 1, "\"hy300_motor_position_steps\":10");
      publish(device, "tvcap", 2, "\"hy300_tvcap_signal_detected\":0");
      awaitOnPage("hy300_motor_position_steps{device=\"p1\"} 10");
      awaitOnPage("hy300_tvcap_signal_detected{device=\"p1\"} 0");

      device.subscribe("echo");
      let("topic write #\ntopic read echo\n");
      publish(device, "motor", 3, "\"hy300_motor_position_steps\":20");
      device.publish("echo", "{}");
      await("mosquitto has both").atMost(LIMIT).until(() -> !device.heard("echo").isEmpty());
      let("topic readwrite #\n");
      publish(device, "tvcap", 4, "\"hy300_tvcap_signal_detected\":1");

      awaitOnPage("hy300_tvcap_signal_detected{device=\"p1\"} 1");
      awaitOnPage("hy300_motor_position_steps{device=\"p1\"} 20");
      assertThat(get("/internal/metrics").body()).contains("hy300_collector_missed_total 1.0");
      // The temporary subscription has ended: one more number means one more message.
      publish(device, "motor", 5, "\"hy300_motor_position_steps\":30");
      awaitOnPage("hy300_motor_position_steps{device=\"p1\"} 30");
      assertThat(get("/internal/metrics").body()).contains("hy300_collector_missed_total 1.0");
    }
  }
}
