// SPDX-License-Identifier: Apache-2.0
// The rows of the fleet page, and when each of them changed.
package org.hy300.collector.page;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.hy300.collector.fleet.Device;
import org.hy300.collector.fleet.Fleet;
import org.hy300.collector.knowledge.DeviceJson;
import org.hy300.collector.knowledge.DeviceSettings;
import org.hy300.collector.knowledge.RecentEvents;

/**
 * Each tick goes through the fleet once, for all readers. The state of a reader is a number, the
 * tick up to which it knows everything. May be used on any thread, and takes a while for a large
 * fleet.
 */
final class FleetBoard {
  /** A row whose only change is the time of the last message is sent this often. */
  private static final long SEEN_MS = 60_000;

  /** One row. */
  static final class Entry {
    private final String device;
    private Device known;
    private int changes;
    private boolean settled;
    private RecentEvents.Latest event;
    private Boolean expected;
    private long seenTold;
    private long tick;
    private long met;

    /** JSON without its end. */
    private volatile String text = "";

    private Entry(String device) {
      this.device = device;
    }

    String device() {
      return device;
    }

    /** Writes the current row. */
    void write(StringBuilder to) {
      to.append(text).append(DeviceJson.lastSeen(known)).append("\"}");
    }
  }

  /**
   * The result of a tick.
   *
   * @param removed devices that have been removed
   */
  record News(long tick, List<Entry> changed, List<String> removed) {}

  /**
   * The rows that a reader lacks.
   *
   * @param tick up to which the reader will know everything
   * @param reset whether the reader must discard all its rows
   */
  record Missing(long tick, boolean reset, List<Entry> rows) {}

  private final Fleet fleet;
  private final RecentEvents events;
  private final DeviceSettings settings;
  private final Map<String, Entry> entries = new HashMap<>();
  private long tick;
  private long lastRemoval;

  FleetBoard(Fleet fleet, RecentEvents events, DeviceSettings settings) {
    this.fleet = fleet;
    this.events = events;
    this.settings = settings;
  }

  /** Checks every device once. */
  synchronized News tick() {
    tick++;
    List<Entry> changed = new ArrayList<>();
    for (Device device : fleet.devices()) {
      Entry entry = entries.computeIfAbsent(device.name(), Entry::new);
      entry.met = tick;
      if (isNews(entry, device)) {
        entry.tick = tick;
        changed.add(entry);
      }
    }
    List<String> removed = new ArrayList<>();
    for (Iterator<Entry> all = entries.values().iterator(); all.hasNext(); ) {
      Entry entry = all.next();
      if (entry.met != tick) {
        removed.add(entry.device);
        lastRemoval = tick;
        all.remove();
      }
    }
    return new News(tick, changed, removed);
  }

  private boolean isNews(Entry entry, Device device) {
    int changes = device.changes();
    RecentEvents.Latest event = events.latest(device.name());
    Boolean expected = settings.expectSignal(device.name());
    boolean touched =
        device != entry.known
            || changes != entry.changes
            || !Objects.equals(event, entry.event)
            || !Objects.equals(expected, entry.expected);
    if (!touched && entry.settled) {
      return false;
    }
    // Checked once more, because a message is counted before its values are stored.
    entry.settled = !touched;
    entry.known = device;
    entry.changes = changes;
    entry.event = event;
    entry.expected = expected;
    String row = FleetRow.of(device, event, expected).encode();
    String text = row.substring(0, row.length() - 1) + ",\"last_seen\":\"";
    long seen = device.lastSeen().toEpochMilli();
    if (text.equals(entry.text) && seen - entry.seenTold < SEEN_MS) {
      return false;
    }
    entry.text = text;
    entry.seenTold = seen;
    return true;
  }

  /**
   * The changes since a tick.
   *
   * @param known negative for a reader that knows nothing
   */
  synchronized Missing since(long known) {
    if (entries.isEmpty()) {
      tick();
    }
    // Removed names are not stored, so a reader that missed one starts again.
    boolean reset = known < 0 || known < lastRemoval;
    List<Entry> rows = new ArrayList<>(reset ? entries.size() : 0);
    for (Entry entry : entries.values()) {
      if (reset || entry.tick > known) {
        rows.add(entry);
      }
    }
    return new Missing(tick, reset, rows);
  }

  /** Drops the rows while there are no readers; they will be made again. */
  synchronized Void clear() {
    entries.clear();
    return null;
  }
}
