// SPDX-License-Identifier: Apache-2.0
// What is said of a device shows on the pages, and outlives the collector.
package org.hy300.collector.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.vertx.core.Vertx;
import java.util.concurrent.TimeUnit;
import org.hy300.collector.CollectorFixture;
import org.hy300.collector.PlayedDevice;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(300)
class SettingsTest extends CollectorFixture {
  private static final String SETTINGS = "/api/v1/devices/p1/settings";
  private static final String SERIES = "hy300_device_expect_signal{device=\"p1\"}";

  @Test
  void anExpectedSignalIsASeriesUntilItIsTakenBack() throws Exception {
    Vertx vertx = Vertx.vertx();
    PlayedDevice device = new PlayedDevice(broker.address(), "p1", "berlin", 1);
    device.connect(vertx).toCompletionStage().toCompletableFuture().get(60, TimeUnit.SECONDS);
    awaitOnline(1);
    assertThat(get("/metrics").body()).doesNotContain("hy300_device_expect_signal");
    assertThat(soon(ask("PUT", SETTINGS, "{\"expect_signal\":true}")).statusCode()).isEqualTo(200);
    assertThat(get("/metrics").body())
        .contains("# TYPE hy300_device_expect_signal gauge\n" + SERIES + " 1\n");
    assertThat(get("/metrics/p1").body()).contains(SERIES + " 1\n");
    assertThat(get("/metrics", "Accept", "application/openmetrics-text;version=1.0.0").body())
        .contains(SERIES + " 1")
        .endsWith("# EOF\n");
    stopCollector();
    startCollector();
    awaitOnline(1);
    assertThat(json(get(SETTINGS)).getBoolean("expect_signal")).isTrue();
    // The device dies; what is expected of it stays.
    vertx.close().toCompletionStage().toCompletableFuture().get(60, TimeUnit.SECONDS);
    awaitOnline(0);
    assertThat(get("/metrics").body()).contains(SERIES + " 1\n");
    soon(ask("PUT", SETTINGS, "{\"expect_signal\":false}"));
    assertThat(get("/metrics").body()).contains(SERIES + " 0\n");
    soon(ask("PUT", SETTINGS, "{\"expect_signal\":null}"));
    await().atMost(LIMIT).until(() -> !get("/metrics").body().contains(SERIES));
  }
}
