// SPDX-License-Identifier: Apache-2.0
// One metric family of the fleet: its metadata, and where its values stand.
package org.hy300.collector.fleet;

import java.nio.charset.StandardCharsets;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.hy300.contract.Family;

/** The same for all devices; read by pages while devices come and go. */
public final class MetricFamily {
  /** The type of a family that nobody has told, or that two devices tell differently. */
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
  private volatile Family metadata;

  MetricFamily(String name) {
    this.name = name;
    head = (name + "{device=\"").getBytes(StandardCharsets.UTF_8);
  }

  /** A gauge of the collector's own. */
  MetricFamily(String name, String help) {
    this(name);
    metadata = new Family("gauge", help);
  }

  public String name() {
    return name;
  }

  /** How each line begins, up to the device's name. */
  public byte[] head() {
    return head;
  }

  public String type() {
    Family told = metadata;
    return told == null ? UNTYPED : told.type();
  }

  /** The help text, empty when nobody has told one. */
  public String help() {
    Family told = metadata;
    return told == null ? "" : told.help();
  }

  public Iterable<Column> columns() {
    return columns;
  }

  boolean isTold() {
    return metadata != null;
  }

  void learn(Family told) {
    metadata = told;
  }

  void add(Column column) {
    columns.add(column);
  }

  void removeUnused() {
    columns.removeIf(column -> column.layout().isUnused());
  }

  boolean isUnused() {
    return columns.isEmpty();
  }
}
