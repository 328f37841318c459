// SPDX-License-Identifier: Apache-2.0
// One metric family of the fleet: its metadata, and where its values stand.
package org.hy300.collector.fleet;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** The same for all devices; read by pages while devices come and go. */
public final class MetricFamily {
  /** The type of a family that nobody has told. */
  public static final String UNTYPED = "untyped";

  /**
   * One series of one layout.
   *
   * @param position of its column in the layout's blocks
   * @param tail what stands between the device's name and the value: {@code ",reason="none"} }
   */
  @SuppressWarnings("ArrayRecordComponent") // Copied to pages as it is; never compared.
  public record Column(Layout layout, int position, byte[] tail) {}

  private final String name;
  private final byte[] head;
  private final Queue<Column> columns = new ConcurrentLinkedQueue<>();

  /** Null where devices decide. */
  private final String known;

  /** How many devices have told each type. */
  private final Map<String, Integer> votes = new HashMap<>();

  private volatile String type;
  private volatile String help = "";

  /**
   * A family.
   *
   * @param known its type; null when devices decide on it
   */
  MetricFamily(String name, String known) {
    this.name = name;
    this.known = known;
    type = known;
    head = (name + "{device=\"").getBytes(StandardCharsets.UTF_8);
  }

  /** A family of the collector's own. */
  static MetricFamily own(String name, String type, String help) {
    MetricFamily family = new MetricFamily(name, type);
    family.help(help);
    return family;
  }

  public String name() {
    return name;
  }

  /** How each line begins, up to the device's name. */
  public byte[] head() {
    return head;
  }

  public String type() {
    String told = type;
    return told == null ? UNTYPED : told;
  }

  /** The help text, empty when nobody has told one. */
  public String help() {
    return help;
  }

  public Iterable<Column> columns() {
    return columns;
  }

  /** The first help text stays. */
  void help(String told) {
    if (help.isEmpty()) {
      help = told;
    }
  }

  /** One more device tells that type. */
  synchronized void learn(String told) {
    votes.merge(told, 1, Integer::sum);
    decide();
  }

  /** A device that has told that type is gone, or tells another. */
  synchronized void forget(String told) {
    votes.computeIfPresent(told, (same, count) -> count == 1 ? null : count - 1);
    decide();
  }

  /** What most tell; of as many, what it was before. */
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
