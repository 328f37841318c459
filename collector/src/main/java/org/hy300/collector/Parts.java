// SPDX-License-Identifier: Apache-2.0
// Wires the collector from top to bottom: broker, ingest, fleet, exposition, relay, HTTP.
package org.hy300.collector;

import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.UUID;
import org.hy300.collector.access.Gate;
import org.hy300.collector.fleet.Device;
import org.hy300.collector.fleet.Fleet;
import org.hy300.collector.fleet.RowWatcher;
import org.hy300.collector.http.HttpApi;
import org.hy300.collector.http.MetricsHandler;
import org.hy300.collector.http.Routes;
import org.hy300.collector.ingest.FleetSubscriber;
import org.hy300.collector.ingest.Ingest;
import org.hy300.collector.knowledge.DeviceSettings;
import org.hy300.collector.knowledge.RecentEvents;
import org.hy300.collector.knowledge.Snapshots;
import org.hy300.collector.metrics.CollectorMetrics;
import org.hy300.collector.push.PushMetrics;
import org.hy300.collector.push.Pusher;
import org.hy300.collector.relay.AuditLog;
import org.hy300.collector.relay.CommandIntake;
import org.hy300.collector.relay.CommandRelay;
import org.hy300.collector.relay.FleetCommands;
import org.hy300.collector.relay.ForeignCommands;
import org.hy300.collector.relay.RelayMetrics;
import org.hy300.collector.relay.RelaySession;
import org.hy300.collector.relay.RelayStore;
import org.hy300.contract.Topics;
import org.hy300.mqtt.BrokerAccess;
import org.hy300.mqtt.MqttSession;

/** What a collector is made of. Belongs to the context that it is started on. */
final class Parts {
  /** What the fleet's session sends: nothing. */
  private static final int OUTBOX = 16;

  private static final long AUDIT_BYTES = 64L * 1024 * 1024;

  /** How long commands that are under way may take to end when the collector is stopped. */
  private static final long DRAIN_MS = 1_500;

  private static final long STOP_MS = 1_000;

  private final Promise<Void> stopping = Promise.promise();
  private final Vertx vertx;
  private final Optional<Pusher> pusher;
  private final Fleet fleet;
  private final FleetSubscriber subscriber;
  private final MqttSession mqtt;
  private final RelaySession relaySession;
  private final RelayStore store;
  private final CommandRelay relay;
  private final FleetCommands fleetCommands;
  private final ForeignCommands foreignCommands;
  private final HttpApi http;

  /**
   * Makes parts that {@link #start} sets going; blocks.
   *
   * @throws IOException when a file cannot be read or written; the message says which
   */
  Parts(Vertx vertx, CollectorConfig config, BrokerAccess broker, PrometheusMeterRegistry registry)
      throws IOException {
    this.vertx = vertx;
    checkData(config.data());
    CollectorMetrics own = new CollectorMetrics(registry);
    RelayMetrics relayMetrics = new RelayMetrics(registry);
    Topics topics = config.topics();
    pusher = config.push().map(push -> new Pusher(push, new PushMetrics(registry)));
    fleet =
        new Fleet(
            config.limits(),
            own,
            System::nanoTime,
            pusher.map(Pusher::watcher).orElse(RowWatcher.NONE));
    RecentEvents events = new RecentEvents(relayMetrics::eventsMissed);
    Snapshots snapshots = new Snapshots();
    subscriber =
        new FleetSubscriber(
            vertx,
            config.keepAliveSeconds(),
            topics,
            fleet,
            new Ingest(topics, fleet, events, snapshots, own));
    mqtt =
        new MqttSession(
            vertx,
            new MqttSession.Options(
                broker,
                MqttSession.ID_PREFIX + "collector-" + UUID.randomUUID(),
                config.keepAliveSeconds(),
                FleetSubscriber.subscriptions(topics),
                OUTBOX),
            null,
            subscriber);

    DeviceSettings settings = new DeviceSettings(vertx, config.data());
    AuditLog audit = new AuditLog(vertx, config.data(), AUDIT_BYTES, relayMetrics);
    store = new RelayStore(vertx, config.data().resolve("commands"), audit, relayMetrics);
    relaySession = new RelaySession(vertx, broker, config.keepAliveSeconds(), topics, own);
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
    foreignCommands = new ForeignCommands(store, audit);
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

  private static void checkData(Path directory) throws IOException {
    boolean usable;
    try {
      usable = Files.isWritable(Files.createDirectories(directory));
    } catch (FileSystemException e) {
      usable = false;
    }
    if (!usable) {
      throw new IOException(
          directory + " is no directory that can be written; --data names another one");
    }
  }

  /** Connects to the broker and listens; gives the server, which knows its port. */
  Future<HttpServer> start() {
    pusher.ifPresent(Pusher::start);
    subscriber.start(mqtt);
    relaySession.start(relay, fleetCommands, foreignCommands);
    relay.start();
    fleetCommands.start();
    return http.listen();
  }

  /** For `systemctl status`. */
  String inOneLine() {
    return "%s; %d devices online, %d offline; %d commands under way"
        .formatted(
            mqtt.isConnected() && relaySession.isConnected() ? "connected" : "not connected",
            fleet.online(),
            fleet.offline(),
            relay.openCount());
  }

  /**
   * Takes no more commands, gives those under way some time, answers who waits for the others where
   * to ask for them, and closes everything.
   */
  Future<Void> stop() {
    relay.stop();
    return drained()
        .compose(
            drained -> {
              stopping.complete();
              return Future.join(mqtt.stop(STOP_MS), relaySession.mqtt().stop(STOP_MS));
            })
        .eventually(this::stopPusher)
        .eventually(http::close)
        .eventually(store::close)
        .mapEmpty();
  }

  /** After the session, which brings its last samples. */
  private Future<Void> stopPusher() {
    return pusher.map(one -> one.stop(vertx, STOP_MS)).orElse(Future.succeededFuture());
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
