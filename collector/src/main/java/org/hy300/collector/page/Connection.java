// SPDX-License-Identifier: Apache-2.0
// What each stream tells of the collector itself: whether it hears the fleet, and what time it is.
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
