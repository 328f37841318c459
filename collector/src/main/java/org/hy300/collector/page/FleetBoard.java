// SPDX-License-Identifier: Apache-2.0
// The rows of the whole fleet as the page shows them, and which of them have changed since when.
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
 * The fleet is gone through once a tick for all readers; a reader is a number, the tick up to which
 * it knows everything. May be used on any thread, and takes a while with a large fleet.
 */
final class FleetBoard {
  /** A row in which nothing changes but the time at which the device was heard is told so often. */
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

    /** JSON that lacks its end. */
    private volatile String text = "";

    private Entry(String device) {
      this.device = device;
    }

    String device() {
      return device;
    }

    /** Writes the row as it is now. */
    void write(StringBuilder to) {
      to.append(text).append(DeviceJson.lastSeen(known)).append("\"}");
    }
  }

  /**
   * What a tick has found.
   *
   * @param removed devices that have been forgotten
   */
  record News(long tick, List<Entry> changed, List<String> removed) {}

  /**
   * What a reader does not know yet.
   *
   * @param tick up to which it will know everything
   * @param reset whether all that it knew is to be forgotten
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

  /** Looks at every device once. */
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
    // Looked at once more: a message is counted before its values are stored.
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
   * What has changed since a tick.
   *
   * @param known negative for a reader that knows nothing
   */
  synchronized Missing since(long known) {
    if (entries.isEmpty()) {
      tick();
    }
    // Names that were removed are not kept, so that who has missed one begins anew.
    boolean reset = known < 0 || known < lastRemoval;
    List<Entry> rows = new ArrayList<>(reset ? entries.size() : 0);
    for (Entry entry : entries.values()) {
      if (reset || entry.tick > known) {
        rows.add(entry);
      }
    }
    return new Missing(tick, reset, rows);
  }

  /** Forgets the rows, when nobody looks; they are made again. */
  synchronized Void clear() {
    entries.clear();
    return null;
  }
}
