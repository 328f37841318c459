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
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.file.FileSystemOptions;
import io.vertx.core.http.HttpServer;
import io.vertx.micrometer.MicrometerMetricsFactory;
import io.vertx.micrometer.MicrometerMetricsOptions;
import java.util.UUID;
import org.hy300.collector.exposition.MetricsPage;
import org.hy300.collector.fleet.Fleet;
import org.hy300.collector.http.CommandHandler;
import org.hy300.collector.http.HttpApi;
import org.hy300.collector.ingest.FleetSubscriber;
import org.hy300.collector.relay.CommandRelay;
import org.hy300.mqtt.BrokerAccess;
import org.hy300.mqtt.MqttSession;

/** One collector. Fleet, session and HTTP live on one event loop. */
public final class Collector {
  /** Commands that wait for the broker. */
  private static final int OUTBOX = 10_000;

  private static final long STOP_MS = 2_000;

  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final JvmGcMetrics gc = new JvmGcMetrics();
  private final Vertx vertx;
  private final Context context;
  private final MqttSession mqtt;
  private final HttpApi http;
  private CommandRelay relay;

  /** Makes a collector that {@link #start} sets going. */
  public Collector(CollectorConfig config, BrokerAccess broker) {
    vertx =
        Vertx.builder()
            .with(
                new VertxOptions()
                    .setEventLoopPoolSize(1)
                    .setFileSystemOptions(
                        new FileSystemOptions()
                            .setFileCachingEnabled(false)
                            .setClassPathResolvingEnabled(false))
                    .setMetricsOptions(new MicrometerMetricsOptions().setEnabled(true)))
            .withMetrics(new MicrometerMetricsFactory(registry))
            .build();
    context = vertx.getOrCreateContext();
    bindMachine();

    CollectorMetrics own = new CollectorMetrics(registry);
    Fleet fleet = new Fleet(own);
    FleetSubscriber subscriber =
        new FleetSubscriber(
            vertx,
            config.topics(),
            config.keepAliveSeconds(),
            fleet,
            own,
            (device, reply) -> relay.reply(device, reply),
            this::brokerSilenceMs);
    mqtt =
        new MqttSession(
            vertx,
            new MqttSession.Options(
                broker,
                "hy300-collector-" + UUID.randomUUID(),
                config.keepAliveSeconds(),
                FleetSubscriber.subscriptions(config.topics()),
                OUTBOX),
            null,
            subscriber);
    relay = new CommandRelay(vertx, mqtt, config.topics(), own);
    own.gauges(fleet::online, fleet::offline, subscriber::isConnected);
    http =
        new HttpApi(
            vertx,
            registry,
            () -> MetricsPage.write(fleet, subscriber.isConnected(), subscriber.isCurrent()),
            new CommandHandler(fleet, relay));
  }

  private long brokerSilenceMs() {
    return mqtt.silenceMs();
  }

  private void bindMachine() {
    new JvmMemoryMetrics().bindTo(registry);
    new JvmThreadMetrics().bindTo(registry);
    new ProcessorMetrics().bindTo(registry);
    new UptimeMetrics().bindTo(registry);
    gc.bindTo(registry);
  }

  /** Connects to the broker and listens; gives the server, which knows its port. */
  public Future<HttpServer> start(int httpPort) {
    return Future.future(
        listening ->
            context.runOnContext(
                now -> {
                  mqtt.start();
                  http.listen(httpPort).onComplete(listening);
                }));
  }

  /** Disconnects, and ends everything. */
  public Future<Void> stop() {
    return Future.future(
        stopped ->
            context.runOnContext(
                now ->
                    mqtt.stop(STOP_MS)
                        .onComplete(
                            done -> {
                              gc.close();
                              vertx.close().onComplete(stopped);
                            })));
  }
}
