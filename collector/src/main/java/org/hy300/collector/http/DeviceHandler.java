// SPDX-License-Identifier: Apache-2.0
// The devices by HTTP: the list, one with its values, its last events and frame, its settings.
package org.hy300.collector.http;

import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.hy300.collector.fleet.Device;
import org.hy300.collector.fleet.Fleet;
import org.hy300.collector.knowledge.DeviceJson;
import org.hy300.collector.knowledge.DeviceSettings;
import org.hy300.collector.knowledge.RecentEvents;
import org.hy300.collector.knowledge.Snapshots;
import org.hy300.collector.relay.AuditLog;
import org.hy300.contract.ErrorCode;

/** Belongs to the event loop. */
final class DeviceHandler {
  /** Devices on one page of the list. */
  private static final int PAGE = 1_000;

  private static final String EXPECT_SIGNAL = "expect_signal";

  private final Vertx vertx;
  private final Fleet fleet;
  private final RecentEvents events;
  private final Snapshots snapshots;
  private final DeviceSettings settings;
  private final AuditLog audit;

  DeviceHandler(
      Vertx vertx,
      Fleet fleet,
      RecentEvents events,
      Snapshots snapshots,
      DeviceSettings settings,
      AuditLog audit) {
    this.vertx = vertx;
    this.fleet = fleet;
    this.events = events;
    this.snapshots = snapshots;
    this.settings = settings;
    this.audit = audit;
  }

  /** GET /api/v1/devices: by name, {@value #PAGE} at a time, those behind the name in 'after'. */
  void list(Exchange exchange) {
    String after = exchange.request().getParam("after", "");
    String online = exchange.request().getParam("online");
    if (online != null && !online.equals("true") && !online.equals("false")) {
      exchange.refuse(400, ErrorCode.MALFORMED, "'online' is neither true nor false");
      return;
    }
    // A large fleet takes a while to sort, and may be read on any thread.
    vertx
        .executeBlocking(() -> page(after, online))
        .onSuccess(page -> exchange.json(200, page))
        .onFailure(error -> exchange.refuse(500, "internal", String.valueOf(error)));
  }

  /** A page of the list. */
  private JsonObject page(String after, String online) {
    List<Device> page =
        fleet.devices().stream()
            .filter(device -> device.name().compareTo(after) > 0)
            .filter(device -> online == null || device.isOnline() == online.equals("true"))
            .sorted(Comparator.comparing(Device::name))
            .limit(PAGE + 1)
            .toList();
    JsonArray devices = new JsonArray();
    page.stream().limit(PAGE).forEach(device -> devices.add(DeviceJson.summary(device)));
    JsonObject body =
        new JsonObject()
            .put("online", fleet.online())
            .put("offline", fleet.offline())
            .put("devices", devices);
    if (page.size() > PAGE) {
      body.put(
          "next",
          "/api/v1/devices?after="
              + page.get(PAGE - 1).name()
              + (online == null ? "" : "&online=" + online));
    }
    return body;
  }

  /** GET /api/v1/devices/{device}. */
  void show(Exchange exchange) {
    known(exchange, device -> exchange.json(200, DeviceJson.whole(device, settings)));
  }

  /** GET /api/v1/devices/{device}/events. */
  void events(Exchange exchange) {
    known(
        exchange,
        device -> exchange.json(200, new JsonObject().put("events", events.of(device.name()))));
  }

  /** GET /api/v1/devices/{device}/snapshot. */
  void snapshot(Exchange exchange) {
    known(
        exchange,
        device -> {
          Optional<Snapshots.Snapshot> snapshot = snapshots.of(device.name());
          if (snapshot.isEmpty()) {
            exchange.refuse(
                404,
                "no_snapshot",
                "no frame of '" + device.name() + "' is here; tvcap/snapshot takes one");
            return;
          }
          exchange
              .response()
              .putHeader("Content-Type", "image/jpeg")
              .putHeader("Cache-Control", "no-cache")
              .putHeader(
                  "Last-Modified",
                  DateTimeFormatter.RFC_1123_DATE_TIME.format(
                      snapshot.get().time().atOffset(ZoneOffset.UTC)))
              .end(snapshot.get().jpeg());
        });
  }

  /** GET /api/v1/devices/{device}/settings. */
  void settings(Exchange exchange) {
    known(exchange, device -> exchange.json(200, settings.json(device.name())));
  }

  /** PUT /api/v1/devices/{device}/settings. */
  void set(Exchange exchange) {
    exchange.body(vertx, body -> known(exchange, device -> set(exchange, device.name(), body)));
  }

  private void set(Exchange exchange, String device, JsonObject body) {
    Object expected = body.getValue(EXPECT_SIGNAL);
    if (body.size() != 1
        || !body.containsKey(EXPECT_SIGNAL)
        || !(expected == null || expected instanceof Boolean)) {
      exchange.refuse(
          400, ErrorCode.MALFORMED, "the body is not {\"expect_signal\":true}, false or null");
      return;
    }
    settings
        .expectSignal(device, (Boolean) expected)
        .onSuccess(
            saved -> {
              audit.write(
                  new JsonObject()
                      .put("time", Instant.now().truncatedTo(ChronoUnit.MILLIS).toString())
                      .put("what", "settings")
                      .put("by", exchange.principal().name())
                      .put("via", "http")
                      .put("device", device)
                      .put("settings", body));
              exchange.json(200, settings.json(device));
            })
        .onFailure(
            error ->
                exchange.refuse(
                    500,
                    "not_kept",
                    "the setting holds until the collector is restarted, for it could not be"
                        + " written: "
                        + error.getMessage()));
  }

  private void known(Exchange exchange, Consumer<Device> then) {
    String name = exchange.parameter("device");
    fleet
        .find(name)
        .ifPresentOrElse(
            then,
            () ->
                exchange.refuse(
                    404, ErrorCode.UNKNOWN_DEVICE, "no device '" + name + "' has been seen"));
  }
}
