// SPDX-License-Identifier: Apache-2.0
// Whether the collector lives, and whether it can do its work.
package org.hy300.collector.http;

import io.vertx.core.json.JsonObject;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.BooleanSupplier;

/** Belongs to the event loop: an answer at all says that it turns. */
final class HealthHandler {
  private final Map<String, BooleanSupplier> checks = new LinkedHashMap<>();

  /** Adds a condition of being ready. */
  HealthHandler needs(String name, BooleanSupplier holds) {
    checks.put(name, holds);
    return this;
  }

  /** GET /healthz. */
  void alive(Exchange exchange) {
    exchange.json(200, new JsonObject().put("status", "alive"));
  }

  /** GET /readyz. */
  void ready(Exchange exchange) {
    JsonObject each = new JsonObject();
    checks.forEach((name, holds) -> each.put(name, holds.getAsBoolean()));
    boolean ready = each.stream().allMatch(check -> (Boolean) check.getValue());
    exchange.json(
        ready ? 200 : 503,
        new JsonObject().put("status", ready ? "ready" : "not ready").put("checks", each));
  }
}
