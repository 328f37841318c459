// SPDX-License-Identifier: Apache-2.0
// The samples of one request, before they are encoded: some bytes each.
package org.hy300.collector.push;

import java.util.Arrays;

/** Filled under the queue's lock, then read by the one that sends it. */
final class Batch {
  /** Samples of a request. */
  static final int MOST = 2_000;

  /** When its first sample came, as {@link System#nanoTime}. */
  private final long begunNanos;

  private final int[] positions = new int[MOST];
  private final double[] values = new double[MOST];
  private int size;

  /** Of each message with samples here: whose they are, of which layout, when, and which. */
  private byte[][] devices = new byte[16][];

  private SeriesLabels[] labels = new SeriesLabels[16];
  private long[] times = new long[16];
  private int[] ends = new int[16];
  private int messages;

  Batch(long begunNanos) {
    this.begunNanos = begunNanos;
  }

  long begunNanos() {
    return begunNanos;
  }

  int size() {
    return size;
  }

  boolean isFull() {
    return size == MOST;
  }

  /** Takes samples from one on, as many as there is room for; returns where it has ended. */
  int add(Message message, int from) {
    int count = Math.min(message.size() - from, MOST - size);
    if (messages == times.length) {
      devices = Arrays.copyOf(devices, 2 * messages);
      labels = Arrays.copyOf(labels, 2 * messages);
      times = Arrays.copyOf(times, 2 * messages);
      ends = Arrays.copyOf(ends, 2 * messages);
    }
    System.arraycopy(message.positions(), from, positions, size, count);
    System.arraycopy(message.values(), from, values, size, count);
    size += count;
    devices[messages] = message.device();
    labels[messages] = message.labels();
    times[messages] = message.time();
    ends[messages] = size;
    messages++;
    return from + count;
  }

  void write(Protobuf to) {
    int sample = 0;
    for (int message = 0; message < messages; message++) {
      byte[] device = SeriesLabels.device(devices[message]);
      SeriesLabels of = labels[message];
      for (; sample < ends[message]; sample++) {
        int position = positions[sample];
        to.series(of.before(position), device, of.after(position), values[sample], times[message]);
      }
    }
  }
}
