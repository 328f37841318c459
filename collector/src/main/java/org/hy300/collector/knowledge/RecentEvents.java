// SPDX-License-Identifier: Apache-2.0
// The last events of each device, on request.
package org.hy300.collector.knowledge;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongConsumer;
import org.hy300.contract.EventMessage;

/**
 * At most {@value #PER_DEVICE} of a device and {@value #MAX_BYTES} bytes in total; the device
 * without events for the longest time is dropped first. Belongs to the event loop.
 */
public final class RecentEvents {
  static final int PER_DEVICE = 20;
  static final int MAX_BYTES = 32 * 1024 * 1024;

  /** Memory of a device in addition to the text of its events. */
  private static final int OVERHEAD = 600;

  /** Longer than the name of any event in the contract. */
  private static final int MAX_NAME = 64;

  /** The last event of a device, in short. */
  public record Latest(String id, Instant time, String subsystem, String event) {}

  private static final class Ring {
    /** JSON as sent to clients: half the size of an object tree. */
    private final Deque<byte[]> events = new ArrayDeque<>();

    private final Deque<String> ids = new ArrayDeque<>();
    private long seq = -1;
    private long bytes = OVERHEAD;
  }

  /** By device; the one without events for the longest time is first. */
  private final Map<String, Ring> rings = new LinkedHashMap<>(16, 0.75f, true);

  /** For each device with a ring; may be read on any thread. */
  private final Map<String, Latest> latest = new ConcurrentHashMap<>();

  private final LongConsumer missed;
  private final long maxBytes;
  private long bytes;

  /**
   * Creates an empty store.
   *
   * @param missed called with the number of events that were lost, according to their numbers
   */
  public RecentEvents(LongConsumer missed) {
    this(missed, MAX_BYTES);
  }

  RecentEvents(LongConsumer missed, long maxBytes) {
    this.missed = missed;
    this.maxBytes = maxBytes;
  }

  /** Adds an event; drops a duplicate, and an old one that was sent again. */
  public void add(String device, String subsystem, EventMessage event) {
    Ring ring = rings.get(device);
    if (ring == null) {
      ring = new Ring();
      rings.put(device, ring);
      bytes += ring.bytes;
    }
    if (ring.ids.contains(event.id()) || isOlder(device, ring, event)) {
      return;
    }
    if (ring.seq >= 0 && event.seq() > ring.seq + 1) {
      missed.accept(event.seq() - ring.seq - 1);
    }
    ring.seq = Math.max(ring.seq, event.seq());
    byte[] json =
        new JsonObject(event.toBuffer())
            .put("subsystem", subsystem)
            .encode()
            .getBytes(StandardCharsets.UTF_8);
    ring.events.addLast(json);
    ring.ids.addLast(event.id());
    grow(ring, json.length + event.id().length());
    if (ring.events.size() > PER_DEVICE) {
      grow(ring, -(ring.events.removeFirst().length + ring.ids.removeFirst().length()));
    }
    String name = event.event();
    latest.put(
        device,
        new Latest(
            event.id(),
            event.time(),
            subsystem,
            name.substring(0, Math.min(MAX_NAME, name.length()))));
    Iterator<Map.Entry<String, Ring>> quietest = rings.entrySet().iterator();
    while (bytes > maxBytes && quietest.hasNext()) {
      Map.Entry<String, Ring> forgotten = quietest.next();
      bytes -= forgotten.getValue().bytes;
      latest.remove(forgotten.getKey());
      quietest.remove();
    }
  }

  /**
   * A lower number alone may come from a projector that has lost its journal and restarted its
   * count.
   */
  private boolean isOlder(String device, Ring ring, EventMessage event) {
    Latest newest = latest.get(device);
    return event.seq() < ring.seq && newest != null && !event.time().isAfter(newest.time());
  }

  private void grow(Ring ring, int by) {
    ring.bytes += by;
    bytes += by;
  }

  /** The last event of a device; null if there is none. May be called on any thread. */
  public Latest latest(String device) {
    return latest.get(device);
  }

  /** The last events of a device, oldest first. */
  public JsonArray of(String device) {
    JsonArray list = new JsonArray();
    Ring ring = rings.get(device);
    if (ring != null) {
      ring.events.forEach(
          json -> list.add(new JsonObject(new String(json, StandardCharsets.UTF_8))));
    }
    return list;
  }
}
