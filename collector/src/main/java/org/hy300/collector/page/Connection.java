// SPDX-License-Identifier: Apache-2.0
// The stream event about the collector itself: whether it is connected to its broker, and its time.
package org.hy300.collector.page;

import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/** One event; the time is for browsers whose clock is wrong. */
final class Connection {
  private Connection() {}

  static String json(boolean brokerConnected) {
    return new JsonObject()
        .put("broker_connected", brokerConnected)
        .put("time", Instant.now().truncatedTo(ChronoUnit.MILLIS).toString())
        .encode();
  }
}
