// SPDX-License-Identifier: Apache-2.0
// The fleet as a page for Prometheus: each family once, with its series of all devices.
package org.hy300.collector.exposition;

import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import org.hy300.collector.fleet.Block;
import org.hy300.collector.fleet.Device;
import org.hy300.collector.fleet.Fleet;
import org.hy300.collector.fleet.MetricFamily;
import org.hy300.collector.fleet.Standing;
import org.hy300.collector.metrics.CollectorMetrics;

/**
 * Reads the fleet while it changes. A device that goes away meanwhile may be in some families of
 * this page and not in others; a value always belongs to its device.
 */
public final class FleetPage implements Page {
  private final Shard shard;
  private final boolean connected;
  private final FamilyWriter writer;

  private boolean begun;
  private boolean hasInfos;
  private final Iterator<Device> devices;
  private final Iterator<MetricFamily> standing;
  private final Iterator<MetricFamily> families;
  private MetricFamily family;
  private boolean hasHeader;
  private Iterator<MetricFamily.Column> columns = Collections.emptyIterator();
  private MetricFamily.Column column;
  private Block[] blocks = {};
  private int block;
  private int place;

  /**
   * Starts a page.
   *
   * @param current whether the fleet's state is known to be current; if not, only the facts that
   *     stay true are written
   */
  public FleetPage(Fleet fleet, Format format, Shard shard, boolean connected, boolean current) {
    this.shard = shard;
    this.connected = connected;
    writer = new FamilyWriter(format);
    Standing ours = fleet.standing();
    standing =
        (current
                ? List.of(ours.up(), ours.lastSeen(), ours.throttled())
                : List.of(ours.lastSeen(), ours.throttled()))
            .iterator();
    devices = fleet.devices().iterator();
    families = (current ? fleet.families().all() : List.<MetricFamily>of()).iterator();
  }

  @Override
  public boolean next(Lines to) {
    int full = to.length() + PIECE;
    if (!begun) {
      begun = true;
      writer.header(
          to, "hy300_collector_broker_connected", "gauge", CollectorMetrics.BROKER_CONNECTED);
      to.add("hy300_collector_broker_connected ").add(connected ? "1\n" : "0\n");
    }
    while (to.length() < full) {
      if (!writeSeries(to, full, standing)
          && !writeInfos(to, full)
          && !writeSeries(to, full, families)) {
        writer.end(to);
        return false;
      }
    }
    return true;
  }

  /** Continues with the info lines; false when all are written. */
  private boolean writeInfos(Lines to, int full) {
    if (!devices.hasNext()) {
      return false;
    }
    while (devices.hasNext() && to.length() < full) {
      Device device = devices.next();
      if (device.infoLabels() != null && shard.has(device.nameBytes())) {
        if (!hasInfos) {
          hasInfos = true;
          InfoFamily.header(to, writer);
        }
        InfoFamily.sample(to, device);
      }
    }
    return true;
  }

  /** Continues with the series of some families; false when all are written. */
  private boolean writeSeries(Lines to, int full, Iterator<MetricFamily> of) {
    while (block >= blocks.length) {
      while (!columns.hasNext()) {
        if (!of.hasNext()) {
          return false;
        }
        family = of.next();
        hasHeader = false;
        columns = family.columns().iterator();
      }
      column = columns.next();
      blocks = column.layout().blocks();
      block = 0;
      place = 0;
    }
    while (block < blocks.length && to.length() < full) {
      writeBlock(to, blocks[block], full);
    }
    return true;
  }

  private void writeBlock(Lines to, Block from, int full) {
    byte[] head = family.head();
    byte[] tail = column.tail();
    byte[] names = from.names();
    int position = column.position();
    int places = from.places();
    int at = place;
    for (; at < places && to.length() < full; at++) {
      int stamp = from.stamp(at);
      double value = from.value(position, at);
      if (stamp == 0 || Double.isNaN(value)) {
        continue;
      }
      int name = Block.nameAt(at) + 1;
      int nameLength = names[name - 1];
      if (!shard.has(names, name, nameLength)) {
        continue;
      }
      int before = to.length();
      if (!hasHeader) {
        writer.header(to, family);
      }
      to.sample(head, names, name, nameLength, tail, value);
      if (from.isStill(at, stamp)) {
        hasHeader = true;
      } else {
        to.cut(before);
      }
    }
    place = at;
    if (at >= places) {
      block++;
      place = 0;
    }
  }
}
