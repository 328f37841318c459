// SPDX-License-Identifier: Apache-2.0
// Pushes the fleet's samples: a thread of its own that encodes, sends and sends again.
package org.hy300.collector.push;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.concurrent.TimeUnit;
import org.hy300.collector.fleet.RowWatcher;
import org.hy300.log.FailureLog;

/**
 * One request at a time, so that the samples of a series arrive in their order. What cannot be sent
 * waits in the {@link PushQueue}; the fleet never waits.
 */
public final class Pusher {
  private static final Logger LOG = System.getLogger(Pusher.class.getName());

  /** Batches that may wait: a million samples, some 15 to 40 MB. */
  static final int MOST_WAITING = 500;

  private static final long FIRST_PAUSE_MS = 100;
  private static final long LONGEST_PAUSE_MS = 10_000;

  private final Receiver receiver;
  private final PushMetrics metrics;
  private final PushQueue queue;
  private final FleetSamples samples;
  private final WriteRequest request = new WriteRequest();
  private final FailureLog failures = new FailureLog(System::nanoTime);
  private final Promise<Void> ended = Promise.promise();
  private final Thread thread = new Thread(this::run, "push");
  private boolean failing;

  public Pusher(PushConfig config, PushMetrics metrics) {
    this(config, metrics, MOST_WAITING, PushQueue.LINGER_NANOS);
  }

  Pusher(PushConfig config, PushMetrics metrics, int mostWaiting, long lingerNanos) {
    this.metrics = metrics;
    receiver = new Receiver(config);
    queue = new PushQueue(mostWaiting, lingerNanos, System::nanoTime, metrics);
    samples =
        new FleetSamples(queue, metrics, config.skewSeconds() * 1000L, System::currentTimeMillis);
    metrics.lag(queue::lagSeconds);
    thread.setDaemon(true);
  }

  /** Gives the fleet's values to the queue. */
  public RowWatcher watcher() {
    return samples;
  }

  public void start() {
    thread.start();
  }

  /** Sends what is there for so long; complete when that has ended. */
  public Future<Void> stop(Vertx vertx, long patienceMs) {
    if (!thread.isAlive()) {
      return Future.succeededFuture();
    }
    queue.close();
    long patience = vertx.setTimer(patienceMs, timer -> thread.interrupt());
    return ended.future().onComplete(end -> vertx.cancelTimer(patience));
  }

  private void run() {
    try {
      for (Batch batch = queue.take(); batch != null; batch = queue.take()) {
        deliver(batch);
      }
    } catch (InterruptedException e) {
      // Of stop: what is left is counted below.
      Thread.currentThread().interrupt();
    } finally {
      queue.abandon();
      ended.complete();
    }
  }

  private void deliver(Batch batch) throws InterruptedException {
    byte[] body;
    try {
      body = request.encode(batch);
    } catch (RuntimeException e) {
      LOG.log(Level.ERROR, "samples cannot be encoded", e);
      metrics.samples("internal", batch.size());
      return;
    }
    long pause = FIRST_PAUSE_MS;
    while (true) {
      Receiver.Outcome outcome = receiver.send(body);
      log(outcome);
      if (outcome.verdict() != Receiver.Verdict.AGAIN) {
        metrics.samples(outcome.result(), batch.size());
        return;
      }
      TimeUnit.MILLISECONDS.sleep(pause);
      pause = Math.min(LONGEST_PAUSE_MS, pause * 2);
    }
  }

  private void log(Receiver.Outcome outcome) {
    switch (outcome.verdict()) {
      case TAKEN -> {
        if (failing) {
          failing = false;
          failures.forget();
          LOG.log(Level.INFO, "pushing to {0} works again", receiver.name());
        }
      }
      case AGAIN -> warn("cannot push to %s: %s; retrying", outcome);
      case REFUSED -> warn("%s refuses samples, which are lost: %s", outcome);
    }
  }

  private void warn(String form, Receiver.Outcome outcome) {
    failing = true;
    failures
        .failed(form.formatted(receiver.name(), outcome.detail()))
        .ifPresent(line -> LOG.log(Level.WARNING, line));
  }
}
