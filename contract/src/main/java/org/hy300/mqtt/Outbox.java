// SPDX-License-Identifier: Apache-2.0
// What waits to be sent and what waits to be acknowledged.
package org.hy300.mqtt;

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
   * @param latest whether it is retained and replaced by newer ones of its topic
   */
  record Message(String topic, Supplier<Buffer> payload, boolean latest) {}

  private final int capacity;
  private final int window;
  private final Deque<Message> ordered = new ArrayDeque<>();
  private final Map<String, Message> latest = new LinkedHashMap<>();
  private final Map<Integer, Message> unacknowledged = new LinkedHashMap<>();

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

  /** Takes what is to be sent now; empty when nothing waits or the window is full. */
  Optional<Message> next() {
    if (unacknowledged.size() >= window) {
      return Optional.empty();
    }
    if (!ordered.isEmpty()) {
      return Optional.of(ordered.removeFirst());
    }
    Iterator<Message> messages = latest.values().iterator();
    if (!messages.hasNext()) {
      return Optional.empty();
    }
    Message message = messages.next();
    messages.remove();
    return Optional.of(message);
  }

  void sent(int packetId, Message message) {
    unacknowledged.put(packetId, message);
  }

  void acknowledged(int packetId) {
    unacknowledged.remove(packetId);
  }

  /** Puts what was not acknowledged back in front, in its order. */
  void connectionLost() {
    List<Message> again = new ArrayList<>(unacknowledged.values());
    unacknowledged.clear();
    latest.clear();
    for (int i = again.size() - 1; i >= 0; i--) {
      if (!again.get(i).latest()) {
        ordered.addFirst(again.get(i));
      }
    }
  }

  boolean isEmpty() {
    return ordered.isEmpty() && latest.isEmpty() && unacknowledged.isEmpty();
  }

  /** Ordered messages that wait or are not acknowledged. */
  int depth() {
    return ordered.size() + (int) unacknowledged.values().stream().filter(m -> !m.latest()).count();
  }
}
