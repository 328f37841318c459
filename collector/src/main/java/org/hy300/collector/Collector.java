// SPDX-License-Identifier: Apache-2.0
// The collector as a verticle: begins and ends its parts, and says to systemd how it is.
package org.hy300.collector;

import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.file.FileSystemOptions;
import io.vertx.micrometer.MicrometerMetricsFactory;
import org.hy300.collector.http.HttpMeters;
import org.hy300.mqtt.BrokerAccess;
import org.hy300.program.Supervisor;

/**
 * One collector. Ingest, sessions and HTTP live on the context of its deployment; pages are written
 * beside it.
 */
public final class Collector extends VerticleBase {
  /**
   * Vert.x registers the gauges of a server or client again with each one; Micrometer takes that
   * for a mistake. Held, for a logger that nobody holds forgets its level.
   */
  private static final java.util.logging.Logger METERS =
      java.util.logging.Logger.getLogger("io.micrometer.core.instrument.MeterRegistry");

  static {
    METERS.setLevel(java.util.logging.Level.SEVERE);
  }

  private final CollectorConfig config;
  private final BrokerAccess broker;
  private final PrometheusMeterRegistry registry;
  private final JvmGcMetrics gc = new JvmGcMetrics();
  private final Supervisor supervisor = new Supervisor(System.getenv());
  private Parts parts;
  private volatile int port;

  /**
   * Makes a collector to be deployed.
   *
   * @param registry that of {@link #vertx}
   */
  public Collector(CollectorConfig config, BrokerAccess broker, PrometheusMeterRegistry registry) {
    this.config = config;
    this.broker = broker;
    this.registry = registry;
  }

  /** The meters that a collector shows, its Vert.x's among them. */
  public static PrometheusMeterRegistry registry() {
    return new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  }

  /** A Vert.x whose meters the registry has. */
  public static Vertx vertx(PrometheusMeterRegistry registry) {
    return Vertx.builder()
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
  }

  /** Listens and tries to connect when it is complete. */
  @Override
  public Future<?> start() {
    return vertx
        .executeBlocking(() -> new Parts(vertx, config, broker, registry))
        .compose(
            made -> {
              parts = made;
              bindMachine();
              return parts
                  .start()
                  .recover(error -> stop().transform(end -> Future.failedFuture(error)));
            })
        .map(
            server -> {
              port = server.actualPort();
              supervisor.ready(vertx, parts::inOneLine);
              return null;
            });
  }

  private void bindMachine() {
    new JvmMemoryMetrics().bindTo(registry);
    new JvmThreadMetrics().bindTo(registry);
    new ProcessorMetrics().bindTo(registry);
    new UptimeMetrics().bindTo(registry);
    gc.bindTo(registry);
  }

  /** Where it listens, once it is deployed. */
  public int port() {
    return port;
  }

  /** Complete when everybody who waits has an answer and all files are closed. */
  @Override
  public Future<?> stop() {
    supervisor.stopping();
    return parts.stop().onComplete(stopped -> gc.close());
  }
}
