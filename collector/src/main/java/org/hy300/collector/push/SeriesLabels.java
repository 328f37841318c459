// SPDX-License-Identifier: Apache-2.0
// The labels of a layout's series as a request has them, but for the device's.
package org.hy300.collector.push;

import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.hy300.collector.fleet.Layout;
import org.hy300.contract.Series;

/** Made once for each layout: of a request they are the most, and all devices have the same. */
final class SeriesLabels {
  /** The job of what is pushed, which no scrape configuration of this project has. */
  private static final String JOB = "hy300";

  private static final String DEVICE = "device";

  private final Layout layout;

  /** The labels before the device's and those after it; null for a series that is left out. */
  private final byte[][] before;

  private final byte[][] after;
  private final Set<Series> series = new HashSet<>();

  SeriesLabels(Layout layout) {
    this.layout = layout;
    before = new byte[layout.size()][];
    after = new byte[layout.size()][];
    Set<Map<String, String>> seen = new HashSet<>();
    for (int position = 0; position < layout.size(); position++) {
      Series one = layout.series(position);
      if (one == null) {
        continue;
      }
      TreeMap<String, String> labels = new TreeMap<>(one.labelValues());
      // Without a value it is not there: two series of a message could be one.
      labels.values().removeIf(String::isEmpty);
      labels.put("__name__", one.family());
      labels.put("job", JOB);
      if (seen.add(labels)) {
        series.add(one);
        before[position] = encode(labels.headMap(DEVICE));
        after[position] = encode(labels.tailMap(DEVICE));
      }
    }
  }

  private static byte[] encode(Map<String, String> labels) {
    Protobuf bytes = new Protobuf(128);
    labels.forEach(
        (name, value) ->
            bytes.label(
                name.getBytes(StandardCharsets.UTF_8), value.getBytes(StandardCharsets.UTF_8)));
    return bytes.toBytes();
  }

  /** The label of a device. */
  static byte[] device(byte[] name) {
    Protobuf bytes = new Protobuf(128);
    bytes.label(DEVICE.getBytes(StandardCharsets.US_ASCII), name);
    return bytes.toBytes();
  }

  Layout layout() {
    return layout;
  }

  int size() {
    return before.length;
  }

  /** Whether the series at a position is pushed. */
  boolean has(int position) {
    return before[position] != null;
  }

  boolean has(Series one) {
    return series.contains(one);
  }

  byte[] before(int position) {
    return before[position];
  }

  byte[] after(int position) {
    return after[position];
  }
}
