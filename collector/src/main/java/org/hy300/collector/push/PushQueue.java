// SPDX-License-Identifier: Apache-2.0
// What waits to be sent: batches in order, the oldest left out when there are too many.
package org.hy300.collector.push;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * The fleet's thread adds and never waits; one other thread takes. All that wait but the last one
 * are full, so memory is bounded by the number of samples.
 */
final class PushQueue {
  /** What a batch waits for more samples. */
  static final long LINGER_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final int most;
  private final long lingerNanos;
  private final LongSupplier nanoTime;
  private final PushMetrics metrics;
  private final Deque<Batch> full = new ArrayDeque<>();
  private Batch open;

  /** What was taken and has not ended. */
  private Batch taken;

  private boolean closed;

  /**
   * A queue without samples.
   *
   * @param most batches that may wait
   * @param lingerNanos how long a batch waits for more samples
   * @param nanoTime a clock as {@link System#nanoTime}
   */
  PushQueue(int most, long lingerNanos, LongSupplier nanoTime, PushMetrics metrics) {
    this.most = most;
    this.lingerNanos = lingerNanos;
    this.nanoTime = nanoTime;
    this.metrics = metrics;
  }

  /** Adds the samples of a message, copied. */
  synchronized void add(Message message) {
    for (int from = 0; from < message.size(); ) {
      if (open == null) {
        open = new Batch(nanoTime.getAsLong());
        // The one that waits has to know when this one is due.
        notifyAll();
      }
      from = open.add(message, from);
      if (open.isFull()) {
        seal();
      }
    }
  }

  private void seal() {
    if (full.size() == most) {
      metrics.samples("queue_full", full.poll().size());
    }
    full.add(open);
    open = null;
    notifyAll();
  }

  /**
   * Waits for the next batch, which counts as on its way until the next call.
   *
   * @return null when the queue is closed and empty
   */
  synchronized Batch take() throws InterruptedException {
    taken = null;
    while (full.isEmpty()) {
      if (closed && open == null) {
        return null;
      }
      long left = open == null ? Long.MAX_VALUE : dueIn();
      if (closed || left <= 0) {
        full.add(open);
        open = null;
      } else if (open == null) {
        wait();
      } else {
        TimeUnit.NANOSECONDS.timedWait(this, left);
      }
    }
    taken = full.poll();
    return taken;
  }

  private long dueIn() {
    return open.begunNanos() + lingerNanos - nanoTime.getAsLong();
  }

  /** Gives out what is there without waiting for more, then nothing. */
  synchronized void close() {
    closed = true;
    notifyAll();
  }

  /** Counts what will not be sent any more. */
  synchronized void abandon() {
    int left = (taken == null ? 0 : taken.size()) + (open == null ? 0 : open.size());
    for (Batch batch : full) {
      left += batch.size();
    }
    metrics.samples("unsent", left);
    taken = null;
    open = null;
    full.clear();
  }

  /** How long the oldest sample that is not sent has waited, in seconds; 0 without one. */
  synchronized double lagSeconds() {
    Batch oldest = taken != null ? taken : full.isEmpty() ? open : full.peek();
    return oldest == null ? 0 : (nanoTime.getAsLong() - oldest.begunNanos()) / 1e9;
  }
}
