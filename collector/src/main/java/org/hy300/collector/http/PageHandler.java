// SPDX-License-Identifier: Apache-2.0
// The fleet page by HTTP: its files, who looks at it, and what it follows live.
package org.hy300.collector.http;

import io.vertx.core.json.JsonObject;
import java.util.function.BooleanSupplier;
import org.hy300.collector.access.Gate;
import org.hy300.collector.fleet.Fleet;
import org.hy300.collector.page.DeviceStreams;
import org.hy300.collector.page.EventStream;
import org.hy300.collector.page.FleetStreams;
import org.hy300.collector.page.PageFiles;
import org.hy300.contract.ErrorCode;
import org.hy300.contract.Role;

/** Belongs to the event loop. */
final class PageHandler {
  private final Gate gate;
  private final Fleet fleet;
  private final PageFiles files;
  private final FleetStreams fleetStreams;
  private final DeviceStreams deviceStreams;

  PageHandler(
      Gate gate,
      Fleet fleet,
      PageFiles files,
      FleetStreams fleetStreams,
      DeviceStreams deviceStreams) {
    this.gate = gate;
    this.fleet = fleet;
    this.files = files;
    this.fleetStreams = fleetStreams;
    this.deviceStreams = deviceStreams;
  }

  /** GET /. */
  void index(Exchange exchange) {
    files.index(exchange.request());
  }

  /** GET /page/{file}. */
  void file(Exchange exchange) {
    String name = exchange.parameter("file");
    if (!files.send(exchange.request(), name)) {
      exchange.refuse(404, "not_found", "the page has no file '" + name + "'");
    }
  }

  /** GET /api/v1/me. */
  void me(Exchange exchange) {
    exchange.json(
        200,
        new JsonObject()
            .put("name", exchange.principal().name())
            .put("role", exchange.principal().role().word())
            .put("tokens", gate.isGuarded()));
  }

  /** GET /api/v1/live. */
  void fleet(Exchange exchange) {
    if (exchange.isHead()) {
      noStream(exchange);
    } else if (!fleetStreams.open(exchange.request(), owner(exchange), mayRead(exchange))) {
      tooMany(exchange);
    }
  }

  /** GET /api/v1/devices/{device}/live. */
  void device(Exchange exchange) {
    String name = exchange.parameter("device");
    if (fleet.find(name).isEmpty()) {
      exchange.refuse(404, ErrorCode.UNKNOWN_DEVICE, "no device '" + name + "' has been seen");
    } else if (exchange.isHead()) {
      noStream(exchange);
    } else if (!deviceStreams.open(exchange.request(), name, owner(exchange), mayRead(exchange))) {
      tooMany(exchange);
    }
  }

  private static void noStream(Exchange exchange) {
    Answers.text(exchange.response(), EventStream.TYPE, "");
  }

  private String owner(Exchange exchange) {
    return gate.caller(exchange.request(), exchange.principal());
  }

  private BooleanSupplier mayRead(Exchange exchange) {
    return () -> gate.stillLetsIn(exchange.request(), Role.READ);
  }

  private static void tooMany(Exchange exchange) {
    exchange.response().putHeader("Retry-After", "5");
    exchange.refuse(503, "busy", "too many pages look at the same time; try again later");
  }
}
