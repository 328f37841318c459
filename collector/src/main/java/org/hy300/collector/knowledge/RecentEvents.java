// SPDX-License-Identifier: Apache-2.0
// The last events of each device, for who asks what has just happened there.
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
 * At most {@value #PER_DEVICE} of a device and {@value #MAX_BYTES} bytes of all; the device that
 * was quiet longest is forgotten first. Belongs to the event loop.
 */
public final class RecentEvents {
  static final int PER_DEVICE = 20;
  static final int MAX_BYTES = 32 * 1024 * 1024;

  /** What a device costs beside the text of its events. */
  private static final int OVERHEAD = 600;

  /** Longer than any event of the contract is called. */
  private static final int MAX_NAME = 64;

  /** The last thing that happened to a device, in short. */
  public record Latest(String id, Instant time, String subsystem, String event) {}

  private static final class Ring {
    /** JSON, as it is given out: half the size of an object tree. */
    private final Deque<byte[]> events = new ArrayDeque<>();

    private final Deque<String> ids = new ArrayDeque<>();
    private long seq = -1;
    private long bytes = OVERHEAD;
  }

  /** By device, the one that was quiet longest first. */
  private final Map<String, Ring> rings = new LinkedHashMap<>(16, 0.75f, true);

  /** Of each device that has a ring; may be read on any thread. */
  private final Map<String, Latest> latest = new ConcurrentHashMap<>();

  private final LongConsumer missed;
  private final long maxBytes;
  private long bytes;

  /**
   * Remembers nothing yet.
   *
   * @param missed told how many events, by their numbers, did not come
   */
  public RecentEvents(LongConsumer missed) {
    this(missed, MAX_BYTES);
  }

  RecentEvents(LongConsumer missed, long maxBytes) {
    this.missed = missed;
    this.maxBytes = maxBytes;
  }

  /** Takes an event; one that came before is dropped, and so is one that is sent again later. */
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

  /** A lower number alone may be of a projector that has lost its journal and counts anew. */
  private boolean isOlder(String device, Ring ring, EventMessage event) {
    Latest newest = latest.get(device);
    return event.seq() < ring.seq && newest != null && !event.time().isAfter(newest.time());
  }

  private void grow(Ring ring, int by) {
    ring.bytes += by;
    bytes += by;
  }

  /** The last event of a device, null when there is none; may be asked on any thread. */
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
