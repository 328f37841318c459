// SPDX-License-Identifier: Apache-2.0
package org.hy300.collector.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import java.util.concurrent.TimeUnit;
import org.hy300.collector.CollectorFixture;
import org.hy300.collector.PlayedDevice;
import org.hy300.collector.fleet.FleetLimits;
import org.hy300.collector.ingest.FleetSubscriber;
import org.hy300.contract.Topics;
import org.hy300.mqtt.Subscription;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** One projector floods the broker; commands to the others still work. */
@Timeout(300)
class FloodTest extends CollectorFixture {
  private static final String EVENT =
      "{\"id\":\"e%d\",\"seq\":%d,\"time\":\"2026-11-21T04:00:00Z\",\"event\":\"homed\",\"data\":{}}";

  private static final String THROTTLED = "hy300_device_throttled_total{device=\"flooder\"} ";

  private final Topics topics = Topics.standard();

  /** The broker delivers the messages of one session in order. */
  @Test
  void whatAProjectorSendsByItselfComesByAnotherSessionThanReplies() {
    assertThat(RelaySession.subscriptions(topics))
        .extracting(Subscription::filter)
        .containsExactlyInAnyOrder(
            topics.allDevices(Topics.Kind.REPLY), topics.allDevices(Topics.Kind.COMMAND));
    assertThat(FleetSubscriber.subscriptions(topics))
        .extracting(Subscription::filter)
        .contains(
            topics.allDevices(Topics.Kind.EVENT),
            topics.allDevices(Topics.Kind.STATE),
            topics.allDevices(Topics.Kind.SNAPSHOT));
  }

  @Test
  void aFloodIsLeftOutAndCountedAndAnotherIsCommanded() throws Exception {
    Vertx vertx = Vertx.vertx();
    PlayedDevice flooder = new PlayedDevice(broker.address(), "flooder", "berlin", 1);
    PlayedDevice other = new PlayedDevice(broker.address(), "other", "berlin", 1);
    try {
      for (PlayedDevice device : new PlayedDevice[] {flooder, other}) {
        device.connect(vertx).toCompletionStage().toCompletableFuture().get(60, TimeUnit.SECONDS);
      }
      awaitOnline(2);
      vertx.setPeriodic(
          1,
          tick -> {
            for (int i = 0; i < FleetLimits.DEVICE_RATE; i++) {
              long seq = tick * FleetLimits.DEVICE_RATE + i;
              flooder.publish(
                  topics.event("flooder", "motor"),
                  Buffer.buffer(EVENT.formatted(seq, seq)),
                  false);
            }
          });
      await()
          .atMost(LIMIT)
          .untilAsserted(() -> assertThat(get("/metrics").body()).contains(THROTTLED));
      assertThat(
              json(soon(post("/api/v1/devices/other/commands/motor/home", "{}")))
                  .getString("status"))
          .isEqualTo("done");
      assertThat(get("/metrics/flooder").body()).contains(THROTTLED);
      assertThat(get("/metrics").body()).doesNotContain("throttled_total{device=\"other\"}");
    } finally {
      vertx.close().toCompletionStage().toCompletableFuture().get(60, TimeUnit.SECONDS);
    }
  }
}
