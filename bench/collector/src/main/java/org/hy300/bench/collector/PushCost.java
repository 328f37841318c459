// SPDX-License-Identifier: Apache-2.0
// What a pushed sample costs the collector and Prometheus, beside a page with the same samples.
package org.hy300.bench.collector;

import com.sun.net.httpserver.HttpServer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.lang.management.ThreadMXBean;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.hy300.collector.exposition.FleetPage;
import org.hy300.collector.exposition.Format;
import org.hy300.collector.exposition.Pieces;
import org.hy300.collector.exposition.Shard;
import org.hy300.collector.fleet.RowWatcher;
import org.hy300.collector.push.PushConfig;
import org.hy300.collector.push.PushMetrics;
import org.hy300.collector.push.Pusher;

/**
 * CPU time is that of the threads that do the work, so that neither the compiler nor the making of
 * messages counts. Argument: the URL of a receiver; without one, this program reads the samples and
 * drops them.
 */
final class PushCost {
  private static final int DEVICES = 1_000;
  private static final int SUBSYSTEMS = 4;
  private static final int VALUES = 10;
  private static final int SAMPLES = DEVICES * SUBSYSTEMS * VALUES;
  private static final int ROUNDS = 20;
  private static final int WARM_UP = 15;

  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

  /** Messages of all devices, whose times are a second apart and end now. */
  private static final class Load {
    private final SimulatedFleet fleet;
    private final Instant begin =
        Instant.now().truncatedTo(ChronoUnit.SECONDS).minusSeconds(WARM_UP + ROUNDS + 1);

    /** CPU time of taking the messages, without that of making them. */
    private long cpuNanos;

    private long seq = SimulatedFleet.FIRST_SEQ;
    private int round;

    Load(RowWatcher watcher) {
      fleet = new SimulatedFleet(DEVICES, SUBSYSTEMS, VALUES, watcher);
      fleet.time = begin.plusMillis(1).toString();
      fleet.fill(DEVICES);
    }

    void round() {
      round++;
      seq += SUBSYSTEMS;
      fleet.time = begin.plusSeconds(round).plusMillis(1).toString();
      Buffer[] messages = new Buffer[DEVICES * SUBSYSTEMS];
      for (int i = 0; i < messages.length; i++) {
        messages[i] =
            Buffer.buffer(fleet.state(i / SUBSYSTEMS, i % SUBSYSTEMS, seq + i % SUBSYSTEMS));
      }
      long before = THREADS.getCurrentThreadCpuTime();
      for (int i = 0; i < messages.length; i++) {
        fleet.ingest.message(
            SimulatedFleet.topic(i / SUBSYSTEMS, i % SUBSYSTEMS), messages[i], false);
      }
      cpuNanos += THREADS.getCurrentThreadCpuTime() - before;
    }
  }

  private PushCost() {}

  public static void main(String[] args) throws Exception {
    AtomicLong bytes = new AtomicLong();
    HttpServer counting =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    counting.createContext(
        "/",
        exchange -> {
          try (exchange) {
            bytes.addAndGet(exchange.getRequestBody().readAllBytes().length);
            exchange.sendResponseHeaders(204, -1);
          }
        });
    counting.start();
    URI url = URI.create("http://127.0.0.1:" + counting.getAddress().getPort() + "/");
    System.out.printf("%-44s %12s %12s%n", "1,000 projectors, 40 series each", "CPU s/M", "bytes");
    push(url, 1);
    double size = (double) bytes.get() / (SAMPLES * 2);

    double ingest = ingest();
    double cost = push(args.length == 0 ? url : URI.create(args[0]), WARM_UP + ROUNDS) - ingest;
    row("a sample that is pushed (targets 1.5, 15)", cost, size);
    Load load = new Load(RowWatcher.NONE);
    row("a sample on a page, gzip", page(load, true), pageBytes(load, true));
    row("a sample on a page, plain", page(load, false), pageBytes(load, false));
    System.exit(0);
  }

  private static void row(String what, double cost, double size) {
    System.out.printf(Locale.ROOT, "%-44s %12.2f %12.1f%n", what, cost, size);
  }

  /** CPU seconds per million samples without a push. */
  private static double ingest() {
    Load load = new Load(RowWatcher.NONE);
    for (int round = 0; round < WARM_UP; round++) {
      load.round();
    }
    load.cpuNanos = 0;
    for (int round = 0; round < ROUNDS; round++) {
      load.round();
    }
    return perMillion(load.cpuNanos, ROUNDS);
  }

  /** The same with a push, until all samples are sent. */
  private static double push(URI url, int rounds) throws InterruptedException {
    SimpleMeterRegistry registry = new SimpleMeterRegistry();
    Pusher pusher =
        new Pusher(new PushConfig(url, Optional.empty(), 600), new PushMetrics(registry));
    pusher.start();
    Load load = new Load(pusher.watcher());
    long sending = 0;
    for (int round = 1; round <= rounds; round++) {
      if (round == WARM_UP + 1) {
        load.cpuNanos = 0;
        sending = sendingNanos();
      }
      load.round();
      // A value that is by chance the one before is not sent, so their number is not known before.
      while (registry.get("hy300.push.lag").gauge().value() > 0) {
        TimeUnit.MILLISECONDS.sleep(1);
      }
    }
    return perMillion(load.cpuNanos + sendingNanos() - sending, ROUNDS);
  }

  /** CPU time of the pushers and of their HTTP clients so far. */
  private static long sendingNanos() {
    long nanos = 0;
    for (long id : THREADS.getAllThreadIds()) {
      ThreadInfo thread = THREADS.getThreadInfo(id);
      if (thread != null && thread.getThreadName().matches("push|HttpClient-.*")) {
        nanos += THREADS.getThreadCpuTime(id);
      }
    }
    return nanos;
  }

  private static double page(Load load, boolean gzip) throws IOException {
    for (int round = 0; round < WARM_UP; round++) {
      pageBytes(load, gzip);
    }
    long before = THREADS.getCurrentThreadCpuTime();
    for (int round = 0; round < ROUNDS; round++) {
      pageBytes(load, gzip);
    }
    return perMillion(THREADS.getCurrentThreadCpuTime() - before, ROUNDS);
  }

  private static double pageBytes(Load load, boolean gzip) throws IOException {
    long bytes = 0;
    FleetPage page = new FleetPage(load.fleet.fleet, Format.TEXT, Shard.ALL, true, true);
    try (Pieces pieces = new Pieces(page, gzip)) {
      while (!pieces.isEnd()) {
        bytes += pieces.next().length();
      }
    }
    return (double) bytes / SAMPLES;
  }

  private static double perMillion(long cpuNanos, int rounds) {
    return cpuNanos / 1e9 / rounds / SAMPLES * 1e6;
  }
}
