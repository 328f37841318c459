// SPDX-License-Identifier: Apache-2.0
// A played fleet whose samples a real pusher sends.
package org.hy300.collector.push;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.hy300.collector.PlayedFleet;
import org.hy300.contract.StateMessage;

/** One device, p1, with one series, in a session of its own. */
final class PushedFleet implements AutoCloseable {
  static final String SERIES = "hy300_tvcap_signal_detected";

  private static final Duration LIMIT = Duration.ofSeconds(60);

  final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  final Pusher pusher;
  final PlayedFleet fleet;
  private final Vertx vertx = Vertx.vertx();
  private long seq;

  PushedFleet(PushConfig config, int mostWaiting, long lingerNanos) {
    pusher = new Pusher(config, new PushMetrics(registry), mostWaiting, lingerNanos);
    fleet = new PlayedFleet(pusher.watcher());
    pusher.start();
    fleet.online("p1", "a");
  }

  PushedFleet(PushConfig config) {
    this(config, Pusher.MOST_WAITING, PushQueue.LINGER_NANOS);
  }

  /** A state with the value at that time. */
  void state(double value, Instant time) {
    // However many come, they are not too many a second.
    fleet.nanoTime.addAndGet(1_000_000_000);
    fleet.message(
        "p1/state/tvcap",
        new StateMessage("a", ++seq, time, Map.of(SERIES, value)).toBuffer() + "",
        false);
  }

  double counted(String result) {
    Counter counter = registry.find("hy300.push.samples").tag("result", result).counter();
    return counter == null ? 0 : counter.count();
  }

  double lag() {
    return registry.get("hy300.push.lag").gauge().value();
  }

  void awaitCounted(String result, int samples) {
    await().atMost(LIMIT).untilAsserted(() -> assertThat(counted(result)).isEqualTo(samples));
  }

  void stop(long patienceMs) throws Exception {
    pusher
        .stop(vertx, patienceMs)
        .toCompletionStage()
        .toCompletableFuture()
        .get(60, TimeUnit.SECONDS);
  }

  @Override
  public void close() {
    pusher
        .stop(vertx, 1)
        .eventually(vertx::close)
        .toCompletionStage()
        .toCompletableFuture()
        .orTimeout(60, TimeUnit.SECONDS)
        .join();
  }
}
