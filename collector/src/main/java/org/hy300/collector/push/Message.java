// SPDX-License-Identifier: Apache-2.0
// The samples that come of one message of one device: one time, some series of one layout.
package org.hy300.collector.push;

import java.util.Arrays;

/** Used again and again by one thread, so that a message makes no object. */
final class Message {
  /** What Prometheus takes for the end of a series. */
  static final double STALE = Double.longBitsToDouble(0x7ff0000000000002L);

  private byte[] device;
  private SeriesLabels labels;
  private long time;
  private int[] positions = new int[64];
  private double[] values = new double[64];
  private int size;

  /** Begins another one. */
  Message begin(byte[] of, SeriesLabels with, long at) {
    device = of;
    labels = with;
    time = at;
    size = 0;
    return this;
  }

  /** Adds a sample; of a value that is not there any more, the end of its series. */
  void add(int position, double value) {
    if (size == values.length) {
      positions = Arrays.copyOf(positions, 2 * size);
      values = Arrays.copyOf(values, 2 * size);
    }
    positions[size] = position;
    values[size++] = Double.isNaN(value) ? STALE : value;
  }

  byte[] device() {
    return device;
  }

  SeriesLabels labels() {
    return labels;
  }

  long time() {
    return time;
  }

  int[] positions() {
    return positions;
  }

  double[] values() {
    return values;
  }

  int size() {
    return size;
  }
}
