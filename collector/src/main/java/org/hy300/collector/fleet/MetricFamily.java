// SPDX-License-Identifier: Apache-2.0
// One metric family of the fleet: its metadata, and the place of its values.
package org.hy300.collector.fleet;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** Shared by all devices; pages read it while devices come and go. */
public final class MetricFamily {
  /** The type of a family for which no device has reported one. */
  public static final String UNTYPED = "untyped";

  /**
   * One series of one layout.
   *
   * @param position of its column in the layout's blocks
   * @param tail the text between the device's name and the value: {@code ",reason="none"} }
   */
  @SuppressWarnings("ArrayRecordComponent") // Copied to pages as it is; never compared.
  public record Column(Layout layout, int position, byte[] tail) {}

  private final String name;
  private final byte[] head;
  private final Queue<Column> columns = new ConcurrentLinkedQueue<>();

  /** Null if devices decide. */
  private final String known;

  /** Number of devices that report each type. */
  private final Map<String, Integer> votes = new HashMap<>();

  private volatile String type;
  private volatile String help = "";

  /**
   * Creates a family.
   *
   * @param known its type; null if devices decide on it
   */
  MetricFamily(String name, String known) {
    this.name = name;
    this.known = known;
    type = known;
    head = (name + "{device=\"").getBytes(StandardCharsets.UTF_8);
  }

  /** One of the collector's own families. */
  static MetricFamily own(String name, String type, String help) {
    MetricFamily family = new MetricFamily(name, type);
    family.help(help);
    return family;
  }

  public String name() {
    return name;
  }

  /** The beginning of each line, up to the device's name. */
  public byte[] head() {
    return head;
  }

  public String type() {
    String told = type;
    return told == null ? UNTYPED : told;
  }

  /** The help text; empty if there is none. */
  public String help() {
    return help;
  }

  public Iterable<Column> columns() {
    return columns;
  }

  /** Keeps the first help text. */
  void help(String told) {
    if (help.isEmpty()) {
      help = told;
    }
  }

  /** Another device reports that type. */
  synchronized void learn(String told) {
    votes.merge(told, 1, Integer::sum);
    decide();
  }

  /** A device that reported that type is gone, or reports another one. */
  synchronized void forget(String told) {
    votes.computeIfPresent(told, (same, count) -> count == 1 ? null : count - 1);
    decide();
  }

  /** Chooses the most reported type; keeps the current one in a tie. */
  private void decide() {
    if (known == null) {
      for (Map.Entry<String, Integer> vote : votes.entrySet()) {
        if (vote.getValue() > votes.getOrDefault(type(), 0)) {
          type = vote.getKey();
        }
      }
    }
  }

  void add(Column column) {
    columns.add(column);
  }

  void removeUnused() {
    columns.removeIf(column -> column.layout().isUnused());
  }

  synchronized boolean isUnused() {
    return columns.isEmpty() && votes.isEmpty();
  }
}
