// SPDX-License-Identifier: Apache-2.0
// Whether the broker is still there: when it was heard last, and a ping when it may be gone.
package org.hy300.mqtt;

import io.vertx.core.Vertx;
import io.vertx.mqtt.MqttClient;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** Belongs to the session's event loop, but for {@link #silenceMs}. */
final class Liveness {
  private final Vertx vertx;
  private volatile long lastHeardNanos;
  private long timer = -1;

  Liveness(Vertx vertx) {
    this.vertx = vertx;
  }

  void heard() {
    lastHeardNanos = System.nanoTime();
  }

  /** How long nothing was heard from the broker, in milliseconds; any thread may ask. */
  long silenceMs() {
    return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - lastHeardNanos);
  }

  /**
   * Looks after a connection until {@link #stop}.
   *
   * @param lost takes in words why there is no connection any more
   */
  void watch(MqttClient client, int keepAliveSeconds, Consumer<String> lost) {
    timer =
        vertx.setPeriodic(
            Math.max(100, keepAliveSeconds * 1000L / 2),
            tick -> keepAlive(client, keepAliveSeconds, lost));
  }

  /** Runs every half keep-alive: three in a row without a word from the broker are too many. */
  private void keepAlive(MqttClient client, int keepAliveSeconds, Consumer<String> lost) {
    long silence = System.nanoTime() - lastHeardNanos;
    if (silence > TimeUnit.SECONDS.toNanos(keepAliveSeconds) * 5 / 4) {
      lost.accept("the broker is silent for " + TimeUnit.NANOSECONDS.toSeconds(silence) + " s");
    } else if (client.isConnected()) {
      client.ping();
    }
  }

  void stop() {
    vertx.cancelTimer(timer);
  }
}
