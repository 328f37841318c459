// SPDX-License-Identifier: Apache-2.0
// Which samples come of the fleet's messages, and of which time each is.
package org.hy300.collector.push;

import java.lang.ref.WeakReference;
import java.util.Map;
import java.util.WeakHashMap;
import java.util.function.IntToDoubleFunction;
import java.util.function.LongSupplier;
import org.hy300.collector.fleet.Layout;
import org.hy300.collector.fleet.Row;
import org.hy300.collector.fleet.RowWatcher;
import org.hy300.contract.Limits;

/**
 * A message gives the values that it changes, or all of them when it changes none, when its row is
 * shown again, and after a heartbeat at the latest. A row that is hidden gives the ends of its
 * series. The times of a row only ever rise.
 */
final class FleetSamples implements RowWatcher {
  private static final long HEARTBEAT_MS = Limits.HEARTBEAT_SECONDS * 1000L;

  private final PushQueue queue;
  private final PushMetrics metrics;
  private final long skewMs;
  private final LongSupplier clock;
  private final Message message = new Message();

  /** Labels know their layout, so that they must not be held here, either. */
  private final Map<Layout, WeakReference<SeriesLabels>> known = new WeakHashMap<>();

  /** What is pushed of one row. */
  private static final class Track {
    /** Null before the row is shown for the first time. */
    private SeriesLabels labels;

    private boolean live;

    /** The time of its last message, and whether that is of its receipt. */
    private long read;

    private boolean skewed;

    /** The time of its last sample, and of when all were pushed. */
    private long last;

    private long whole;
  }

  /**
   * Watches a fleet.
   *
   * @param skewMs how far a message's time may be from its receipt
   * @param clock the time in ms of Unix time
   */
  FleetSamples(PushQueue queue, PushMetrics metrics, long skewMs, LongSupplier clock) {
    this.queue = queue;
    this.metrics = metrics;
    this.skewMs = skewMs;
    this.clock = clock;
  }

  private static Track track(Row row) {
    if (row.note() instanceof Track known) {
      return known;
    }
    Track fresh = new Track();
    row.note(fresh);
    return fresh;
  }

  private SeriesLabels labels(Layout layout) {
    WeakReference<SeriesLabels> reference = known.get(layout);
    SeriesLabels labels = reference == null ? null : reference.get();
    if (labels == null) {
      labels = new SeriesLabels(layout);
      known.put(layout, new WeakReference<>(labels));
    }
    return labels;
  }

  @Override
  public synchronized void message(Row row, double[] values, long time) {
    Track track = track(row);
    long now = clock.getAsLong();
    track.skewed = time <= 0 || Math.abs(time - now) > skewMs || time <= track.last;
    track.read = track.skewed ? now : time;
    if (!track.live || track.labels.layout() != row.layout()) {
      // It gives all of its values when it is shown.
      return;
    }
    long at = Math.max(track.read, track.last + 1);
    SeriesLabels labels = track.labels;
    message.begin(row.deviceName(), labels, at);
    if (at - track.whole < HEARTBEAT_MS) {
      addChanges(row, labels, values);
    }
    if (message.size() == 0) {
      addAll(labels, position -> row.value(values, position));
      track.whole = at;
    }
    push(track, at, track.skewed);
  }

  private void addAll(SeriesLabels labels, IntToDoubleFunction values) {
    for (int position = 0; position < labels.size(); position++) {
      double value = values.applyAsDouble(position);
      if (labels.has(position) && !Double.isNaN(value)) {
        message.add(position, value);
      }
    }
  }

  private void addChanges(Row row, SeriesLabels labels, double[] values) {
    for (int position = 0; position < labels.size(); position++) {
      double value = row.value(values, position);
      double before = row.value(position);
      boolean same = value == before || (Double.isNaN(value) && Double.isNaN(before));
      if (!same && labels.has(position)) {
        message.add(position, value);
      }
    }
  }

  @Override
  public synchronized void shown(Row row, boolean shown) {
    Track track = track(row);
    if (!shown) {
      if (track.live) {
        end(row, track);
      }
      return;
    }
    if (track.live && track.labels.layout() == row.layout()) {
      return;
    }
    boolean late = track.read <= track.last;
    long at = late ? next(track) : track.read;
    SeriesLabels labels = labels(row.layout());
    if (track.live) {
      endWhatIsNotIn(labels, row, track, at);
    }
    track.labels = labels;
    track.live = true;
    track.whole = at;
    message.begin(row.deviceName(), labels, at);
    addAll(labels, row::value);
    push(track, at, late || track.skewed);
  }

  /** The present time, or that after the last sample. */
  private long next(Track track) {
    return Math.max(clock.getAsLong(), track.last + 1);
  }

  private void end(Row row, Track track) {
    long at = next(track);
    track.live = false;
    message.begin(row.deviceName(), track.labels, at);
    boolean still = track.labels.layout() == row.layout();
    for (int position = 0; position < track.labels.size(); position++) {
      boolean gone = still && Double.isNaN(row.value(position));
      if (track.labels.has(position) && !gone) {
        message.add(position, Message.STALE);
      }
    }
    push(track, at, false);
  }

  /** A message with other series than the one before ends those that it has not. */
  private void endWhatIsNotIn(SeriesLabels now, Row row, Track track, long at) {
    message.begin(row.deviceName(), track.labels, at);
    for (int position = 0; position < track.labels.size(); position++) {
      if (track.labels.has(position) && !now.has(track.labels.layout().series(position))) {
        message.add(position, Message.STALE);
      }
    }
    push(track, at, false);
  }

  private void push(Track track, long at, boolean skewed) {
    track.last = at;
    if (skewed) {
      metrics.skewed(message.size());
    }
    queue.add(message);
  }
}
