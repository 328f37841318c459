// SPDX-License-Identifier: Apache-2.0
package org.hy300.collector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonArray;
import io.vertx.mqtt.MqttClientOptions;
import io.vertx.mqtt.MqttClientWillOptions;
import java.net.URI;
import java.net.http.HttpResponse;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.hy300.contract.StatusMessage;
import org.hy300.testing.MqttProbe;
import org.hy300.testing.Prometheus;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A whole collector between a real mosquitto and a real Prometheus. */
@Timeout(300)
class ScrapeTest extends CollectorFixture {
  private static final String ROOT = "hy300/v1/p1";
  private MqttProbe device;

  @BeforeEach
  void connect() {
    device =
        new MqttProbe(
            broker.address(),
            new MqttClientOptions()
                .setWillOptions(
                    new MqttClientWillOptions()
                        .setTopic(ROOT + "/status")
                        .setMessageBytes(status(false))
                        .setRetain(true)
                        .setQos(1)));
    device.publish(ROOT + "/status", status(true), true);
    device.publish(
        ROOT + "/state/motor",
        Buffer.buffer(PlayedFleet.stateMessage("s1", 1, "\"hy300_motor_position_steps\":127")),
        true);
    await().atMost(LIMIT).until(() -> get("/metrics").body().contains("} 127\n"));
  }

  @AfterEach
  void disconnect() {
    device.close();
  }

  private static Buffer status(boolean online) {
    return new StatusMessage(online, "s1", Instant.now()).toBuffer();
  }

  @Test
  void thePagesAndTheirErrors() throws Exception {
    assertThat(get("/metrics").headers().firstValue("Content-Type"))
        .contains("text/plain; version=0.0.4; charset=utf-8");
    HttpResponse<String> openMetrics =
        get("/metrics", "Accept", "application/openmetrics-text;version=1.0.0");
    assertThat(openMetrics.headers().firstValue("Content-Type"))
        .contains("application/openmetrics-text; version=1.0.0; charset=utf-8");
    assertThat(openMetrics.body()).endsWith("# EOF\n");
    assertThat(get("/metrics?shard=1/1").body()).contains("} 127\n");
    assertThat(get("/metrics?shard=1/2").body() + get("/metrics?shard=2/2").body())
        .containsOnlyOnce("} 127\n");
    HttpResponse<String> badShard = get("/metrics?shard=5/4");
    assertThat(badShard.statusCode()).isEqualTo(400);
    assertThat(badShard.body().lines()).hasSize(1);

    HttpResponse<String> one = get("/metrics/p1");
    assertThat(one.statusCode()).isEqualTo(200);
    assertThat(one.body()).contains("hy300_motor_position_steps{device=\"p1\"} 127\n");
    assertThat(get("/metrics/p2").statusCode()).isEqualTo(404);
    assertThat(new JsonArray(get("/sd").body()).getJsonObject(0).getJsonArray("targets"))
        .containsExactly(URI.create(url).getAuthority());
    device.vanish();
    await().atMost(LIMIT).until(() -> get("/metrics/p1").statusCode() == 503);
    assertThat(get("/sd").body()).contains("/metrics/p1");
    device = new MqttProbe(broker.address());
  }

  @Test
  void prometheusSeesADeviceGoAtTheNextScrape() throws Exception {
    String jobs =
        """
          - job_name: fleet
            honor_labels: true
            static_configs: [{targets: ["%1$s"]}]
          - job_name: devices
            honor_labels: true
            http_sd_configs: [{url: "http://%1$s/sd", refresh_interval: 1s}]
        """
            .formatted(URI.create(url).getAuthority());
    try (Prometheus prometheus = new Prometheus(jobs, directory)) {
      // Both jobs have the series.
      String position = "max(hy300_motor_position_steps{device=\"p1\"})";
      AtomicReference<Instant> before = new AtomicReference<>();
      await()
          .atMost(LIMIT)
          .until(
              () -> {
                before.set(Instant.now());
                return prometheus.query(position, before.get()).equals(Optional.of(127.0));
              });
      await()
          .atMost(LIMIT)
          .until(() -> prometheus.query("up{job=\"devices\"}").equals(Optional.of(1.0)));
      // Prometheus requests and parses OpenMetrics; a page that it cannot parse counts as down.
      await()
          .atMost(LIMIT)
          .until(() -> prometheus.query("up{job=\"fleet\"}").equals(Optional.of(1.0)));

      device.vanish();
      await().atMost(LIMIT).until(() -> get("/metrics").body().contains("_up{device=\"p1\"} 0"));
      // Without the staleness marker the series would remain for five minutes.
      await().atMost(LIMIT).until(() -> prometheus.query(position).isEmpty());
      // A scrape that takes too long leaves no samples until the next one.
      await()
          .atMost(LIMIT)
          .until(
              () ->
                  prometheus.query("hy300_device_up{job=\"fleet\"}").equals(Optional.of(0.0))
                      && prometheus
                          .query("max(hy300_device_last_seen_timestamp_seconds)")
                          .isPresent());
      await()
          .atMost(LIMIT)
          .until(() -> prometheus.query("up{job=\"devices\"}").equals(Optional.of(0.0)));
      // The past samples are still there.
      assertThat(prometheus.query(position, before.get())).contains(127.0);
    }
    device = new MqttProbe(broker.address());
  }
}
