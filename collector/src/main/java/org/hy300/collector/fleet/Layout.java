// SPDX-License-Identifier: Apache-2.0
// The series of a state message, taken apart once for all devices that send the same ones.
package org.hy300.collector.fleet;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.hy300.contract.Series;

/**
 * An ordered list of series. Devices of one kind send the same keys in the same order, so they
 * share one layout and keep only their values.
 */
final class Layout {
  /** What the collector says about devices and itself is not for devices to say. */
  private static final Pattern RESERVED = Pattern.compile("hy300_(device|collector)_.*");

  private static final Pattern DEVICE_LABEL = Pattern.compile("(^|,)device=\"");

  /** By position in the message; null for a key that is no series. */
  private final List<Series> series;

  private final int illegal;

  private Layout(List<String> keys) {
    series = new ArrayList<>(keys.size());
    int refused = 0;
    for (String key : keys) {
      Optional<Series> parsed =
          Series.parse(key)
              .filter(s -> !RESERVED.matcher(s.family()).matches())
              .filter(s -> !DEVICE_LABEL.matcher(s.labels()).find());
      series.add(parsed.orElse(null));
      refused += parsed.isEmpty() ? 1 : 0;
    }
    illegal = refused;
  }

  int size() {
    return series.size();
  }

  /** The series at a position, or null when its key is illegal. */
  Series series(int position) {
    return series.get(position);
  }

  /** How many keys are illegal. */
  int illegal() {
    return illegal;
  }

  /** Layouts in use. */
  static final class Table {
    /** More kinds of messages than any fleet has; a hostile one begins anew. */
    private static final int MAX = 10_000;

    private final Map<List<String>, Layout> layouts = new HashMap<>();

    Layout find(List<String> keys) {
      Layout known = layouts.get(keys);
      if (known != null) {
        return known;
      }
      if (layouts.size() >= MAX) {
        layouts.clear();
      }
      Layout layout = new Layout(keys);
      layouts.put(List.copyOf(keys), layout);
      return layout;
    }
  }
}
