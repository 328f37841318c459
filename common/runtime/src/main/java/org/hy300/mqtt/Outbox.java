// SPDX-License-Identifier: Apache-2.0
// What waits to be sent and what waits to be acknowledged.
package org.hy300.mqtt;

import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Two kinds of messages share one window of unacknowledged packets. Ordered ones leave in their
 * order, wait out a lost connection and are sent again until acknowledged; they go first. Of the
 * latest ones only the newest of each topic is kept, and a lost connection forgets them, for
 * whoever connects publishes all of them anew.
 *
 * <p>Not thread-safe: it belongs to the session's event loop.
 */
final class Outbox {
  /**
   * One message.
   *
   * @param payload asked when the message leaves, so that what is sent is what holds then
   * @param headers what goes with it
   * @param latest whether it is retained and replaced by newer ones of its topic
   * @param done completed when the broker has acknowledged it
   */
  record Message(
      String topic, Supplier<Buffer> payload, Headers headers, boolean latest, Promise<Void> done) {
    Message(String topic, Supplier<Buffer> payload, Headers headers, boolean latest) {
      this(topic, payload, headers, latest, Promise.promise());
    }
  }

  private final int capacity;
  private int window;
  private final Deque<Message> ordered = new ArrayDeque<>();
  private final Map<String, Message> latest = new LinkedHashMap<>();
  private final Map<Integer, Message> unacknowledged = new LinkedHashMap<>();
  private Message writing;

  /**
   * Creates an empty outbox.
   *
   * @param capacity most ordered messages that wait
   * @param window most messages sent and not acknowledged
   */
  Outbox(int capacity, int window) {
    this.capacity = capacity;
    this.window = window;
  }

  /** At most so many are sent and not acknowledged from now on: the broker may take fewer. */
  void setWindow(int most) {
    window = most;
  }

  /**
   * Adds an ordered message.
   *
   * @return the oldest one, when it had to go for want of room
   */
  Optional<Message> addOrdered(Message message) {
    ordered.addLast(message);
    return ordered.size() > capacity ? Optional.of(ordered.removeFirst()) : Optional.empty();
  }

  void addLatest(Message message) {
    latest.put(message.topic(), message);
  }

  /**
   * Takes what is to be written now, one at a time: {@link #written} comes before the next.
   *
   * @return empty when nothing waits, one is being written or the window is full
   */
  Optional<Message> next() {
    if (writing != null || unacknowledged.size() >= window) {
      return Optional.empty();
    }
    Iterator<Message> messages =
        ordered.isEmpty() ? latest.values().iterator() : ordered.iterator();
    if (!messages.hasNext()) {
      return Optional.empty();
    }
    writing = messages.next();
    messages.remove();
    return Optional.of(writing);
  }

  /** The message that was taken last is on its way under this packet identifier. */
  void written(int packetId) {
    unacknowledged.put(packetId, writing);
    writing = null;
  }

  /** The message that was taken last cannot be sent; the next may be taken. */
  void skipped() {
    Message message = writing;
    writing = null;
    message.done().tryComplete();
  }

  /**
   * The broker has answered for a message, with yes or no.
   *
   * @return its topic; empty when none of this identifier waits for that
   */
  Optional<String> acknowledged(int packetId) {
    Message message = unacknowledged.remove(packetId);
    if (message != null) {
      message.done().tryComplete();
    }
    return Optional.ofNullable(message).map(Message::topic);
  }

  /** Puts what was not acknowledged back in front, in its order. */
  void connectionLost() {
    List<Message> again = new ArrayList<>(unacknowledged.values());
    if (writing != null) {
      again.add(writing);
    }
    unacknowledged.clear();
    writing = null;
    latest.clear();
    for (int i = again.size() - 1; i >= 0; i--) {
      if (!again.get(i).latest()) {
        ordered.addFirst(again.get(i));
      }
    }
  }

  boolean isEmpty() {
    return ordered.isEmpty() && latest.isEmpty() && unacknowledged.isEmpty() && writing == null;
  }

  /** Ordered messages that wait or are not acknowledged. */
  int depth() {
    int sent = (int) unacknowledged.values().stream().filter(m -> !m.latest()).count();
    return ordered.size() + sent + (writing != null && !writing.latest() ? 1 : 0);
  }
}
