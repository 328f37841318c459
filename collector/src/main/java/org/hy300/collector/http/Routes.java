// SPDX-License-Identifier: Apache-2.0
// Everything that can be asked for over HTTP, and who may ask.
package org.hy300.collector.http;

import static io.vertx.core.http.HttpMethod.GET;
import static io.vertx.core.http.HttpMethod.POST;
import static io.vertx.core.http.HttpMethod.PUT;
import static org.hy300.contract.Role.ADMIN;
import static org.hy300.contract.Role.OPERATE;
import static org.hy300.contract.Role.READ;

import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.hy300.collector.access.Gate;
import org.hy300.collector.exposition.Format;
import org.hy300.collector.fleet.Fleet;
import org.hy300.collector.knowledge.DeviceSettings;
import org.hy300.collector.knowledge.RecentEvents;
import org.hy300.collector.knowledge.Snapshots;
import org.hy300.collector.page.DeviceStreams;
import org.hy300.collector.page.FleetStreams;
import org.hy300.collector.page.PageFiles;
import org.hy300.collector.relay.AuditLog;
import org.hy300.collector.relay.CommandIntake;
import org.hy300.collector.relay.CommandRelay;

/**
 * What the routes answer from.
 *
 * @param metrics answers what Prometheus asks for
 * @param fleetConnected whether the fleet's session with the broker stands
 * @param relayConnected whether the relay's does
 * @param stopping completes when the collector stops
 */
public record Routes(
    Vertx vertx,
    PrometheusMeterRegistry registry,
    Gate gate,
    Fleet fleet,
    MetricsHandler metrics,
    RecentEvents events,
    Snapshots snapshots,
    DeviceSettings settings,
    AuditLog audit,
    CommandRelay relay,
    CommandIntake intake,
    BooleanSupplier fleetConnected,
    BooleanSupplier relayConnected,
    Future<Void> stopping) {
  private static final String TEXT = "text/plain; charset=utf-8";
  private static final String YAML = "application/yaml";
  private static final String DEVICE = "/api/v1/devices/{device}";

  /** A server of all routes. */
  public HttpApi server(HttpConfig config) throws IOException {
    return new HttpApi(vertx, config, gate, new Denials(audit), all());
  }

  private List<Route> all() throws IOException {
    String description = HttpApi.resource("openapi.yaml") + CommandDescriptions.yaml();
    CommandHandler commands =
        new CommandHandler(vertx, fleet, relay, intake, new Denials(audit), stopping);
    DeviceHandler devices = new DeviceHandler(vertx, fleet, events, snapshots, settings, audit);
    PageHandler page =
        new PageHandler(
            gate,
            fleet,
            new PageFiles(),
            new FleetStreams(vertx, fleet, events, settings, fleetConnected, stopping),
            new DeviceStreams(vertx, fleet, events, snapshots, settings, fleetConnected, stopping));
    ManualHandler manual = new ManualHandler(vertx);
    HealthHandler health =
        new HealthHandler()
            .needs("fleet_connected", fleetConnected)
            .needs("relay_connected", relayConnected)
            .needs("journal_writable", relay::isWritable)
            .needs("takes_commands", relay::isOpen)
            .needs("tokens_sound", gate::isSound);
    List<Route> routes = new ArrayList<>();
    routes.add(new Route(GET, "/", null, page::index));
    routes.add(new Route(GET, "/api", null, e -> Answers.text(e.response(), TEXT, index(routes))));
    Collections.addAll(
        routes,
        new Route(GET, "/page/{file}", null, page::file),
        new Route(GET, "/docs/{page}", null, manual::page),
        new Route(GET, "/docs/{part}/{page}", null, manual::part),
        new Route(GET, "/openapi.yaml", null, e -> Answers.text(e.response(), YAML, description)),
        new Route(GET, "/healthz", null, health::alive),
        new Route(GET, "/readyz", null, health::ready),
        new Route(GET, "/metrics", READ, metrics::fleet),
        new Route(GET, "/metrics/{device}", READ, metrics::device),
        new Route(GET, "/sd", READ, metrics::discovery),
        new Route(GET, "/internal/metrics", READ, this::internal),
        new Route(GET, "/api/v1/me", READ, page::me),
        new Route(GET, "/api/v1/catalogue", READ, commands::catalogue),
        new Route(GET, "/api/v1/live", READ, page::fleet),
        new Route(GET, "/api/v1/devices", READ, devices::list),
        new Route(GET, DEVICE, READ, devices::show),
        new Route(GET, DEVICE + "/live", READ, page::device),
        new Route(GET, DEVICE + "/events", READ, devices::events),
        new Route(GET, DEVICE + "/snapshot", READ, devices::snapshot),
        new Route(GET, DEVICE + "/settings", READ, devices::settings),
        new Route(PUT, DEVICE + "/settings", ADMIN, devices::set),
        new Route(POST, DEVICE + "/commands/{subsystem}/{action}", OPERATE, commands::one),
        new Route(POST, "/api/v1/commands", OPERATE, commands::several),
        new Route(GET, "/api/v1/commands/{id}", READ, commands::find));
    return routes;
  }

  private static String index(List<Route> routes) {
    StringBuilder text = new StringBuilder("hy300-collector; /openapi.yaml describes these\n");
    for (Route route : routes) {
      text.append(
          "%-4s %s %s%n"
              .formatted(
                  route.method(), route.path(), route.role() == null ? "" : route.role().word())
              .replace(" \n", "\n"));
    }
    return text.toString();
  }

  /** The registry asks every gauge and writes the whole page, which is no work for the loop. */
  private void internal(Exchange exchange) {
    vertx
        .executeBlocking(() -> registry.scrape())
        .onSuccess(text -> Answers.text(exchange.response(), Format.TEXT.contentType(), text))
        .onFailure(error -> exchange.refuse(500, "internal", String.valueOf(error)));
  }
}
