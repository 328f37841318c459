// SPDX-License-Identifier: Apache-2.0
// The collector's own series of each device, which stay on the page without the device's series:
// whether it is up, its last message, and the dropped ones.
package org.hy300.collector.fleet;

import java.nio.charset.StandardCharsets;
import org.hy300.contract.Series;

/** Columns with a place for each known device. */
public final class Standing {
  private static final int UP = 0;
  private static final int LAST_SEEN = 1;
  private static final int THROTTLED = 2;

  private final MetricFamily up =
      MetricFamily.own(
          "hy300_device_up", "gauge", "Whether the session of a device's agent is alive.");

  private final MetricFamily lastSeen =
      MetricFamily.own(
          "hy300_device_last_seen_timestamp_seconds",
          "gauge",
          "When a device was heard last, in Unix time.");

  private final MetricFamily throttled =
      MetricFamily.own(
          "hy300_device_throttled_total",
          "counter",
          "Messages of a device that were left out because it sent too many.");

  private final Layout layout =
      new Layout(
          null,
          new Series[] {
            new Series(up.name(), ""),
            new Series(lastSeen.name(), ""),
            new Series(throttled.name(), "")
          },
          0,
          0);

  Standing() {
    byte[] tail = "\"} ".getBytes(StandardCharsets.US_ASCII);
    up.add(new MetricFamily.Column(layout, UP, tail));
    lastSeen.add(new MetricFamily.Column(layout, LAST_SEEN, tail));
    throttled.add(new MetricFamily.Column(layout, THROTTLED, tail));
  }

  public MetricFamily up() {
    return up;
  }

  public MetricFamily lastSeen() {
    return lastSeen;
  }

  /** Has values only for devices that have sent too many. */
  public MetricFamily throttled() {
    return throttled;
  }

  Layout.Place take(byte[] name) {
    Layout.Place place = layout.take(name);
    up(place, false);
    seen(place, 0);
    place.block().store(THROTTLED, place.index(), Double.NaN);
    place.block().show(place.index(), place.stamp());
    return place;
  }

  static void release(Layout.Place place) {
    place.block().show(place.index(), 0);
    place.layout().release(place);
  }

  static void up(Layout.Place place, boolean online) {
    place.block().store(UP, place.index(), online ? 1 : 0);
  }

  static void throttled(Layout.Place place, long count) {
    place.block().store(THROTTLED, place.index(), (double) count);
  }

  /** Records the time of a device's message, in ms of Unix time. */
  static void seen(Layout.Place place, long time) {
    place.block().store(LAST_SEEN, place.index(), time / 1000.0);
  }
}
