// SPDX-License-Identifier: Apache-2.0
// The messages at the broker: each event by its number, each command by its replies.
package org.hy300.e2e;

import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Reads the listener's lines; duplicates count once. Times and positions are not stored. */
final class Heard {
  private static final String ROOT = "hy300/v1/";

  private final Map<String, BitSet> events = new HashMap<>();
  private final Map<String, BitSet> toldLost = new HashMap<>();
  private final Map<String, Map<String, Integer>> kinds = new HashMap<>();
  private final Map<String, List<JsonObject>> replies = new HashMap<>();
  private int taken;

  /** Takes the new ones among all lines. */
  synchronized void take(List<String> lines) {
    for (; taken < lines.size(); taken++) {
      String line = lines.get(taken);
      int blank = line.indexOf(' ');
      if (line.startsWith(ROOT) && blank > 0) {
        String[] levels = line.substring(ROOT.length(), blank).split("/", -1);
        JsonObject message = new JsonObject(line.substring(blank + 1));
        if (levels[1].equals("event")) {
          event(levels[0], message);
        } else {
          replies
              .computeIfAbsent(levels[0] + " " + message.getString("id"), x -> new ArrayList<>())
              .add(message);
        }
      }
    }
  }

  private void event(String device, JsonObject message) {
    int seq = message.getInteger("seq");
    BitSet known = events.computeIfAbsent(device, first -> new BitSet());
    if (known.get(seq)) {
      return;
    }
    known.set(seq);
    String name = message.getString("event");
    kinds.computeIfAbsent(device, first -> new HashMap<>()).merge(name, 1, Integer::sum);
    if (name.equals("gap")) {
      JsonObject gap = message.getJsonObject("data");
      toldLost
          .computeIfAbsent(device, first -> new BitSet())
          .set(gap.getInteger("first"), gap.getInteger("last") + 1);
    }
  }

  /** Numbers up to this one that neither arrived nor were reported as lost. */
  synchronized List<Integer> missing(String device, long last) {
    BitSet missing = new BitSet();
    missing.set(1, Math.toIntExact(last) + 1);
    missing.andNot(events.getOrDefault(device, new BitSet()));
    missing.andNot(toldLost.getOrDefault(device, new BitSet()));
    return missing.stream().boxed().toList();
  }

  /** The highest number that arrived. */
  synchronized int last(String device) {
    return events.getOrDefault(device, new BitSet()).length() - 1;
  }

  synchronized int events() {
    return events.values().stream().mapToInt(BitSet::cardinality).sum();
  }

  synchronized int lost(String device) {
    return toldLost.getOrDefault(device, new BitSet()).cardinality();
  }

  synchronized int count(String device, String event) {
    return kinds.getOrDefault(device, Map.of()).getOrDefault(event, 0);
  }

  /** All different final replies to a command; repeated ones count once. */
  synchronized Set<JsonObject> ends(String device, String id) {
    Set<JsonObject> ends = new LinkedHashSet<>();
    replies.getOrDefault(device + " " + id, List.of()).stream()
        .filter(reply -> !reply.getString("status").equals("accepted"))
        .forEach(ends::add);
    return ends;
  }

  /** Whether the command was started again after it had ended. */
  synchronized boolean begunAgain(String device, String id) {
    boolean ended = false;
    for (JsonObject reply : replies.getOrDefault(device + " " + id, List.of())) {
      boolean accepted = reply.getString("status").equals("accepted");
      if (accepted && ended) {
        return true;
      }
      ended |= !accepted;
    }
    return false;
  }
}
