// SPDX-License-Identifier: Apache-2.0
// Wires the collector from top to bottom: broker, ingest, fleet, exposition, relay, HTTP.
package org.hy300.collector;

import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.file.FileSystemOptions;
import io.vertx.core.http.HttpServer;
import io.vertx.micrometer.MicrometerMetricsFactory;
import java.io.IOException;
import java.util.UUID;
import org.hy300.collector.access.Gate;
import org.hy300.collector.fleet.Device;
import org.hy300.collector.fleet.Fleet;
import org.hy300.collector.http.HttpApi;
import org.hy300.collector.http.HttpMeters;
import org.hy300.collector.http.MetricsHandler;
import org.hy300.collector.http.Routes;
import org.hy300.collector.ingest.FleetSubscriber;
import org.hy300.collector.ingest.Ingest;
import org.hy300.collector.knowledge.DeviceSettings;
import org.hy300.collector.knowledge.RecentEvents;
import org.hy300.collector.knowledge.Snapshots;
import org.hy300.collector.metrics.CollectorMetrics;
import org.hy300.collector.relay.AuditLog;
import org.hy300.collector.relay.CommandIntake;
import org.hy300.collector.relay.CommandRelay;
import org.hy300.collector.relay.FleetCommands;
import org.hy300.collector.relay.RelayMetrics;
import org.hy300.collector.relay.RelaySession;
import org.hy300.collector.relay.RelayStore;
import org.hy300.contract.Topics;
import org.hy300.mqtt.BrokerAccess;
import org.hy300.mqtt.MqttSession;
import org.hy300.program.Supervisor;

/** One collector. Ingest, sessions and HTTP live on one event loop; pages are written beside it. */
public final class Collector {
  /** What the fleet's session sends: nothing. */
  private static final int OUTBOX = 16;

  private static final long AUDIT_BYTES = 64L * 1024 * 1024;

  /** How long commands that are under way may take to end when the collector is stopped. */
  private static final long DRAIN_MS = 1_500;

  private static final long STOP_MS = 1_000;

  /**
   * Vert.x registers the gauges of a server or client again with each one; Micrometer takes that
   * for a mistake. Held, for a logger that nobody holds forgets its level.
   */
  private static final java.util.logging.Logger METERS =
      java.util.logging.Logger.getLogger("io.micrometer.core.instrument.MeterRegistry");

  static {
    METERS.setLevel(java.util.logging.Level.SEVERE);
  }

  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final JvmGcMetrics gc = new JvmGcMetrics();
  private final Supervisor supervisor = new Supervisor(System.getenv());
  private final Promise<Void> stopping = Promise.promise();
  private final Vertx vertx;
  private final Context context;
  private final Fleet fleet;
  private final FleetSubscriber subscriber;
  private final MqttSession mqtt;
  private final RelaySession relaySession;
  private final RelayStore store;
  private final CommandRelay relay;
  private final FleetCommands fleetCommands;
  private final HttpApi http;

  /**
   * Makes a collector that {@link #start} sets going; blocks.
   *
   * @throws IOException when a file of its own cannot be read or written; the message says which
   */
  public Collector(CollectorConfig config, BrokerAccess broker) throws IOException {
    vertx =
        Vertx.builder()
            .with(
                new VertxOptions()
                    .setEventLoopPoolSize(1)
                    .setFileSystemOptions(
                        new FileSystemOptions()
                            .setFileCachingEnabled(false)
                            .setClassPathResolvingEnabled(false))
                    .setMetricsOptions(HttpMeters.options(registry)))
            .withMetrics(new MicrometerMetricsFactory(registry))
            .build();
    context = vertx.getOrCreateContext();
    bindMachine();

    CollectorMetrics own = new CollectorMetrics(registry);
    RelayMetrics relayMetrics = new RelayMetrics(registry);
    Topics topics = config.topics();
    fleet = new Fleet(config.limits(), own);
    subscriber =
        new FleetSubscriber(
            vertx, config.keepAliveSeconds(), topics, fleet, new Ingest(topics, fleet, own));
    mqtt =
        new MqttSession(
            vertx,
            new MqttSession.Options(
                broker,
                "hy300-collector-" + UUID.randomUUID(),
                config.keepAliveSeconds(),
                FleetSubscriber.subscriptions(topics),
                OUTBOX),
            null,
            subscriber);

    RecentEvents events = new RecentEvents(relayMetrics::eventsMissed);
    Snapshots snapshots = new Snapshots();
    DeviceSettings settings = new DeviceSettings(vertx, config.data());
    AuditLog audit = new AuditLog(vertx, config.data(), AUDIT_BYTES, relayMetrics);
    store = new RelayStore(vertx, config.data().resolve("commands"), audit, relayMetrics);
    relaySession =
        new RelaySession(vertx, broker, config.keepAliveSeconds(), topics, events, snapshots, own);
    own.gauges(
        fleet::online,
        fleet::offline,
        fleet::series,
        subscriber::isConnected,
        relaySession::isConnected);
    relay =
        new CommandRelay(vertx, relaySession.mqtt(), topics, this::isOnline, store, relayMetrics);
    Gate gate = new Gate(config.http().tokens(), config.http().requestsPerSecond(), registry);
    CommandIntake intake =
        new CommandIntake(gate, fleet, relay, relaySession::isConnected, relayMetrics);
    fleetCommands = new FleetCommands(relaySession.mqtt(), topics, fleet, intake, store, own);
    http =
        new Routes(
                vertx,
                registry,
                gate,
                fleet,
                new MetricsHandler(
                    vertx, fleet, settings, subscriber::isConnected, subscriber::isCurrent),
                events,
                snapshots,
                settings,
                audit,
                relay,
                intake,
                subscriber::isConnected,
                relaySession::isConnected,
                stopping.future())
            .server(config.http());
  }

  private boolean isOnline(String device) {
    return fleet.find(device).filter(Device::isOnline).isPresent();
  }

  private void bindMachine() {
    new JvmMemoryMetrics().bindTo(registry);
    new JvmThreadMetrics().bindTo(registry);
    new ProcessorMetrics().bindTo(registry);
    new UptimeMetrics().bindTo(registry);
    gc.bindTo(registry);
  }

  /** Connects to the broker and listens; gives the server, which knows its port. */
  public Future<HttpServer> start() {
    return Future.future(
        listening ->
            context.runOnContext(
                now -> {
                  subscriber.start(mqtt);
                  relaySession.start(relay, fleetCommands);
                  relay.start();
                  fleetCommands.start();
                  http.listen()
                      .onSuccess(server -> supervisor.ready(vertx, this::inOneLine))
                      .onComplete(listening);
                }));
  }

  /** For `systemctl status`. */
  private String inOneLine() {
    return "%s; %d devices online, %d offline; %d commands under way"
        .formatted(
            mqtt.isConnected() && relaySession.isConnected() ? "connected" : "not connected",
            fleet.online(),
            fleet.offline(),
            relay.openCount());
  }

  /**
   * Takes no more commands, gives those under way some time, answers who waits for the others where
   * to ask for them, and ends everything.
   */
  public Future<Void> stop() {
    return Future.future(
        stopped ->
            context.runOnContext(
                now -> {
                  supervisor.stopping();
                  relay.stop();
                  drained()
                      .compose(
                          drained -> {
                            stopping.complete();
                            return Future.join(
                                mqtt.stop(STOP_MS), relaySession.mqtt().stop(STOP_MS));
                          })
                      .eventually(http::close)
                      .eventually(store::close)
                      .eventually(
                          () -> {
                            gc.close();
                            return vertx.close();
                          })
                      .<Void>mapEmpty()
                      .onComplete(stopped);
                }));
  }

  private Future<Void> drained() {
    Promise<Void> drained = Promise.promise();
    long patience = vertx.setTimer(DRAIN_MS, timer -> drained.tryComplete());
    long look =
        vertx.setPeriodic(
            1,
            50,
            timer -> {
              if (relay.openCount() == 0) {
                drained.tryComplete();
              }
            });
    return drained
        .future()
        .onComplete(
            done -> {
              vertx.cancelTimer(patience);
              vertx.cancelTimer(look);
            });
  }
}
