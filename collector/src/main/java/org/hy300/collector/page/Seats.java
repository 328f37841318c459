// SPDX-License-Identifier: Apache-2.0
// Limits the number of readers: a new one replaces one of the token or address with the most.
package org.hy300.collector.page;

import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** Belongs to the event loop. */
final class Seats<R> {
  static final int MAX = 64;

  private final Consumer<R> leave;

  /** The owner of each reader, oldest first. */
  private final Map<R, String> owners = new LinkedHashMap<>();

  /**
   * Creates an instance without readers.
   *
   * @param leave ends a reader, which is then removed
   */
  Seats(Consumer<R> leave) {
    this.leave = leave;
  }

  /**
   * Makes room for one more if another owner has at least two more: with fewer they would
   * alternate.
   */
  boolean hasRoomFor(String owner) {
    if (owners.size() < MAX) {
      return true;
    }
    Map<String, Integer> shares = new HashMap<>();
    owners.values().forEach(each -> shares.merge(each, 1, Integer::sum));
    Map.Entry<String, Integer> greediest =
        shares.entrySet().stream().max(Map.Entry.comparingByValue()).orElseThrow();
    if (greediest.getValue() < shares.getOrDefault(owner, 0) + 2) {
      return false;
    }
    owners.entrySet().stream()
        .filter(each -> each.getValue().equals(greediest.getKey()))
        .map(Map.Entry::getKey)
        .findFirst()
        .ifPresent(leave);
    return true;
  }

  void add(R reader, String owner) {
    owners.put(reader, owner);
  }

  void remove(R reader) {
    owners.remove(reader);
  }

  boolean isEmpty() {
    return owners.isEmpty();
  }

  /** All readers; they may change during the iteration. */
  Collection<R> all() {
    return List.copyOf(owners.keySet());
  }
}
