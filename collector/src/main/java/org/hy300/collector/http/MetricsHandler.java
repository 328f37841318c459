// SPDX-License-Identifier: Apache-2.0
// What Prometheus asks for: the fleet's page, one device's, and the list of devices to scrape.
package org.hy300.collector.http;

import io.vertx.core.Vertx;
import io.vertx.core.net.HostAndPort;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.hy300.collector.exposition.DevicePage;
import org.hy300.collector.exposition.FleetPage;
import org.hy300.collector.exposition.Format;
import org.hy300.collector.exposition.Page;
import org.hy300.collector.exposition.PageResponse;
import org.hy300.collector.exposition.ServiceDiscovery;
import org.hy300.collector.exposition.SettingsPage;
import org.hy300.collector.exposition.Shard;
import org.hy300.collector.fleet.Device;
import org.hy300.collector.fleet.Fleet;
import org.hy300.collector.knowledge.DeviceSettings;
import org.hy300.contract.ErrorCode;

/** Answers GET {@code /metrics}, {@code /metrics/{device}} and {@code /sd}. */
public final class MetricsHandler {
  private static final long PATIENCE_MS = 30_000;

  private final Fleet fleet;
  private final DeviceSettings settings;
  private final BooleanSupplier connected;
  private final BooleanSupplier current;
  private final PageResponse pages;

  /**
   * Creates the handler.
   *
   * @param connected whether the broker is connected
   * @param current whether the fleet's picture may be trusted
   */
  public MetricsHandler(
      Vertx vertx,
      Fleet fleet,
      DeviceSettings settings,
      BooleanSupplier connected,
      BooleanSupplier current) {
    this.fleet = fleet;
    this.settings = settings;
    this.connected = connected;
    this.current = current;
    pages = new PageResponse(vertx, PATIENCE_MS);
  }

  /** GET /metrics. */
  void fleet(Exchange exchange) {
    shard(exchange)
        .ifPresent(
            shard -> {
              Format format = Format.negotiate(exchange.request().getHeader("Accept"));
              send(
                  exchange,
                  format.contentType(),
                  new SettingsPage(
                      settings.expectSignal(),
                      fleet,
                      shard,
                      format,
                      new FleetPage(
                          fleet, format, shard, connected.getAsBoolean(), current.getAsBoolean())));
            });
  }

  /** GET /sd. */
  void discovery(Exchange exchange) {
    HostAndPort authority = exchange.request().authority();
    if (authority == null) {
      exchange.refuse(
          400, ErrorCode.MALFORMED, "the header Host is needed: it is where the devices are");
      return;
    }
    shard(exchange)
        .ifPresent(
            shard ->
                send(
                    exchange,
                    ServiceDiscovery.CONTENT_TYPE,
                    new ServiceDiscovery(fleet, shard, authority.toString())));
  }

  /** GET /metrics/{device}. */
  void device(Exchange exchange) {
    String name = exchange.parameter("device");
    Optional<Device> device = fleet.find(name);
    if (device.isEmpty()) {
      exchange.refuse(404, "unknown_device", "no device '" + name + "' has been seen");
    } else if (!current.getAsBoolean()) {
      exchange.refuse(
          503,
          "broker_offline",
          "the collector has lost its broker and knows nothing of '" + name + "'");
    } else if (!device.get().isOnline()) {
      exchange.refuse(
          503,
          ErrorCode.DEVICE_OFFLINE,
          "device '" + name + "' is offline; last seen at " + device.get().lastSeen());
    } else {
      Format format = Format.negotiate(exchange.request().getHeader("Accept"));
      Boolean expected = settings.expectSignal(name);
      send(
          exchange,
          format.contentType(),
          new SettingsPage(
              expected == null ? Map.of() : Map.of(name, expected),
              fleet,
              Shard.ALL,
              format,
              new DevicePage(device.get(), fleet, format)));
    }
  }

  /** The part of the fleet that is asked for; a wrong one is refused. */
  private static Optional<Shard> shard(Exchange exchange) {
    String asked = exchange.request().getParam("shard");
    Optional<Shard> shard = asked == null ? Optional.of(Shard.ALL) : Shard.parse(asked);
    if (shard.isEmpty()) {
      exchange.refuse(
          400,
          "bad_shard",
          "shard '" + asked + "' is not of the form i/n from 1/n to n/n, such as 1/4");
    }
    return shard;
  }

  private void send(Exchange exchange, String contentType, Page page) {
    if (!pages.send(exchange.request(), contentType, page)) {
      exchange.refuse(503, "busy", "too many pages are being read; try again later");
    }
  }
}
