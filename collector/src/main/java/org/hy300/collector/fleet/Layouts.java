// SPDX-License-Identifier: Apache-2.0
// The current layouts, and the checks of each series when its layout is created.
package org.hy300.collector.fleet;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.hy300.collector.metrics.CollectorMetrics;
import org.hy300.contract.Series;

/** Finds the layout for a message unlike its device's last one; may be called on any thread. */
final class Layouts {
  /** Total bytes of templates; limits a fleet whose devices all send different series. */
  private static final long MAX_BYTES = 64L * 1024 * 1024;

  /** A valid label in the exposition format, with its value in the second group. */
  private static final Pattern LABEL = Pattern.compile("([^=,]++)=\"((?:[^\"\\\\]|\\\\.)*+)\"");

  /** A template has several layouts if its devices differ in their room for families. */
  private final Map<Template, List<Layout>> layouts = new HashMap<>();

  private final Families families;
  private final FleetLimits limits;
  private final CollectorMetrics own;
  private long bytes;

  Layouts(Families families, FleetLimits limits, CollectorMetrics own) {
    this.families = families;
    this.limits = limits;
    this.own = own;
  }

  /**
   * Gives a device a place in the layout of its message.
   *
   * @param room how many families outside the catalogue it may have
   * @return empty if there are too many layouts
   */
  synchronized Optional<Layout.Place> place(Device device, State state, int room) {
    Layout layout = find(state.template(), room);
    if (layout == null) {
      int size = state.template().glue().length;
      if (bytes + size > MAX_BYTES) {
        removeUnused();
        if (bytes + size > MAX_BYTES) {
          own.dropped("too_many_layouts", device.name(), "no other device sends the same series");
          return Optional.empty();
        }
      }
      if (families.isFull()) {
        removeUnused();
      }
      layout = make(device.name(), state, room);
      layouts.computeIfAbsent(state.template(), template -> new ArrayList<>()).add(layout);
      bytes += size;
    }
    return Optional.of(layout.take(device.nameBytes()));
  }

  private Layout find(Template template, int room) {
    for (Layout layout : layouts.getOrDefault(template, List.of())) {
      if (layout.isFor(room)) {
        return layout;
      }
    }
    return null;
  }

  /** Removes layouts without devices, and families without layouts. */
  synchronized void removeUnused() {
    families.removeUnused();
    layouts.values().forEach(same -> same.removeIf(Layout::isUnused));
    layouts.values().removeIf(List::isEmpty);
    bytes = 0;
    layouts.forEach((template, same) -> bytes += (long) template.glue().length * same.size());
  }

  private Layout make(String device, State state, int room) {
    List<String> keys = state.series();
    Series[] series = new Series[keys.size()];
    Set<Series> seen = new HashSet<>();
    Set<String> offered = new HashSet<>();
    Set<String> taken = new HashSet<>();
    for (int position = 0; position < series.length; position++) {
      String key = keys.get(position);
      Optional<Series> legal = check(device, key);
      if (legal.isEmpty()) {
        continue;
      }
      String name = legal.get().family();
      if (families.isLegal(name) && !families.isListed(name)) {
        if (offered.add(name) && taken.size() < room) {
          taken.add(name);
        } else if (!taken.contains(name)) {
          own.dropped(
              "too_many_families", device, limits.deviceFamilies() + " of a device without " + key);
          continue;
        }
      }
      MetricFamily family = families.findOrAdd(device, name);
      if (family == null) {
        continue;
      }
      // Shares the names of families and series between all layouts.
      Series one = new Series(family.name(), legal.get().labels());
      if (!seen.add(one)) {
        own.dropped("duplicate_series", device, key);
        continue;
      }
      series[position] = one;
    }
    Layout layout = new Layout(state.template(), series, offered.size(), taken.size());
    for (int position = 0; position < series.length; position++) {
      Series one = series[position];
      if (one != null) {
        families
            .find(one.family())
            .add(new MetricFamily.Column(layout, position, tail(one.labels())));
      }
    }
    return layout;
  }

  private Optional<Series> check(String device, String key) {
    // A name and its labels, each with ="" and a comma or brace.
    long longest = (limits.labels() + 1L) * 2 * (limits.labelLength() + 2L);
    Optional<Series> parsed = key.length() > longest ? Optional.empty() : Series.parse(key);
    if (parsed.isEmpty() || !UTF_8.newEncoder().canEncode(key)) {
      own.dropped("illegal_series", device, key);
      return Optional.empty();
    }
    int labels = 0;
    Matcher label = LABEL.matcher(parsed.get().labels());
    while (label.find()) {
      labels++;
      if (label.group(1).equals("device")) {
        own.dropped("foreign_device", device, "label device in " + key);
        return Optional.empty();
      }
      if (!ForeignNames.mayBeLabel(label.group(1))) {
        own.dropped("illegal_label", device, key);
        return Optional.empty();
      }
      if (Math.max(utf8Length(label.group(1)), utf8Length(label.group(2))) > limits.labelLength()) {
        own.dropped("label_too_long", device, key);
        return Optional.empty();
      }
    }
    if (labels > limits.labels()) {
      own.dropped("too_many_labels", device, labels + " in " + key);
      return Optional.empty();
    }
    return parsed;
  }

  private static int utf8Length(String text) {
    return text.getBytes(UTF_8).length;
  }

  private static byte[] tail(String labels) {
    String text = labels.isEmpty() ? "\"} " : "\"," + labels + "} ";
    return text.getBytes(UTF_8);
  }
}
