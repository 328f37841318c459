// SPDX-License-Identifier: Apache-2.0
package org.hy300.collector.push;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.vertx.mqtt.MqttClientOptions;
import io.vertx.mqtt.MqttClientWillOptions;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.Optional;
import org.hy300.collector.CollectorFixture;
import org.hy300.contract.StateMessage;
import org.hy300.contract.StatusMessage;
import org.hy300.testing.MqttProbe;
import org.hy300.testing.PromApi;
import org.hy300.testing.Prometheus;
import org.hy300.testing.VictoriaMetrics;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A whole collector between a real mosquitto and real receivers, which also scrape it. */
@Timeout(300)
class PushTest extends CollectorFixture {
  private static final String ROOT = "hy300/v1/p1";
  private static final String SIGNAL = "hy300_tvcap_signal_detected";
  private static final String PUSHED = SIGNAL + "{device=\"p1\",job=\"hy300\"}";
  private static final String SCRAPED = SIGNAL + "{device=\"p1\",job=\"fleet\"}";

  /** Before what scrapes it, so that a scrape can be held back. */
  private HttpServer target;

  private boolean held;
  private String page = "";
  private PromApi receiver;
  private AutoCloseable closing;
  private MqttProbe device;
  private long seq;

  @Override
  protected Optional<PushConfig> push() throws Exception {
    target = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    target.createContext("/metrics", this::serve);
    target.start();
    String scrape =
        "  - job_name: fleet\n    honor_labels: true\n    static_configs: [{targets: [\"127.0.0.1:%d\"]}]\n"
            .formatted(target.getAddress().getPort());
    Prometheus prometheus = Prometheus.receiving("10m", scrape, directory);
    closing = prometheus;
    receiver = prometheus;
    return Optional.of(
        new PushConfig(receiver.writeUrl(), Optional.empty(), PushConfig.SKEW_SECONDS));
  }

  @AfterEach
  void closeReceiver() throws Exception {
    device.close();
    closing.close();
    target.stop(0);
  }

  private void serve(HttpExchange exchange) throws IOException {
    try (exchange) {
      byte[] body = page().getBytes(StandardCharsets.UTF_8);
      exchange.getResponseHeaders().set("Content-Type", "text/plain; version=0.0.4");
      exchange.sendResponseHeaders(200, body.length);
      exchange.getResponseBody().write(body);
    }
  }

  private synchronized String page() {
    if (!held) {
      try {
        page = get("/metrics").body();
      } catch (Exception e) {
        throw new IllegalStateException(e);
      }
    }
    return page;
  }

  private synchronized void held(boolean hold) {
    held = hold;
  }

  private void connect() {
    device =
        new MqttProbe(
            broker.address(),
            new MqttClientOptions()
                .setWillOptions(
                    new MqttClientWillOptions()
                        .setTopic(ROOT + "/status")
                        .setMessageBytes(new StatusMessage(false, "a", Instant.now()).toBuffer())
                        .setQos(1)
                        .setRetain(true)));
    device.publish(ROOT + "/status", new StatusMessage(true, "a", Instant.now()).toBuffer(), true);
  }

  private void state(int value, Instant time) {
    device.publish(
        ROOT + "/state/tvcap",
        new StateMessage("a", ++seq, time, Map.of(SIGNAL, value)).toBuffer(),
        true);
  }

  private void expect(String query, Double value) {
    await(query)
        .atMost(LIMIT)
        .untilAsserted(
            () -> assertThat(receiver.query(query)).isEqualTo(Optional.ofNullable(value)));
  }

  @Test
  void aFlapBetweenTwoScrapesIsSeenAndAWillEndsTheSeries() throws Exception {
    connect();
    Instant on = Instant.now().truncatedTo(ChronoUnit.MILLIS);
    state(1, on);
    expect(SCRAPED, 1.0);
    expect(PUSHED, 1.0);
    // Off for 700 ms, of which no scrape is.
    held(true);
    state(0, on.plusMillis(200));
    state(1, on.plusMillis(900));
    await()
        .atMost(LIMIT)
        .until(() -> get("/metrics").body().contains("_detected{device=\"p1\"} 1"));
    expect("changes(" + PUSHED + "[10m])", 2.0);
    held(false);
    assertThat(receiver.query(PUSHED, on.plusMillis(199))).contains(1.0);
    assertThat(receiver.query(PUSHED, on.plusMillis(200))).contains(0.0);
    assertThat(receiver.query(PUSHED, on.plusMillis(899))).contains(0.0);
    assertThat(receiver.query(PUSHED, on.plusMillis(900))).contains(1.0);
    assertThat(receiver.query("changes(" + SCRAPED + "[10m])")).contains(0.0);

    Instant before = Instant.now();
    device.vanish();
    await().atMost(LIMIT).until(() -> get("/metrics").body().contains("_up{device=\"p1\"} 0"));
    Instant after = Instant.now();
    // Without the mark it would be there for five minutes.
    expect(PUSHED, null);
    assertThat(receiver.query(PUSHED, before)).contains(1.0);
    assertThat(receiver.query(PUSHED, after)).isEmpty();
    assertThat(get("/internal/metrics").body())
        .contains("hy300_push_samples_total{result=\"sent\"} 4.0")
        .contains("hy300_push_skewed_total 0.0")
        .containsPattern("(?m)^hy300_push_lag_seconds \\d");
    connect();
  }

  @Test
  void victoriaMetricsSeesBothToo() throws Exception {
    stopCollector();
    closing.close();
    target.stop(0);
    VictoriaMetrics victoria = VictoriaMetrics.start(directory);
    closing = victoria;
    receiver = victoria;
    startCollector(
        Optional.of(
            new PushConfig(victoria.writeUrl(), Optional.empty(), PushConfig.SKEW_SECONDS)));
    connect();
    Instant on = Instant.now().truncatedTo(ChronoUnit.MILLIS);
    state(1, on);
    state(0, on.plusMillis(200));
    state(1, on.plusMillis(900));
    expect("changes_prometheus(" + PUSHED + "[10m])", 2.0);
    device.vanish();
    expect(PUSHED, null);
    assertThat(receiver.query(PUSHED, on.plusMillis(905))).contains(1.0);
    connect();
  }
}
