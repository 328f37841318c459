// SPDX-License-Identifier: Apache-2.0
// One kind of state message: its template, its series, and the values of all devices that send it.
package org.hy300.collector.fleet;

import java.util.Arrays;
import java.util.BitSet;
import org.hy300.contract.Series;

/** Projectors of one kind send the same series in the same order, so they share a layout. */
public final class Layout {
  private static final Block[] NONE = {};
  private static final int MAX_PLACES = 1024;

  /** Blocks with many series have fewer places, so that a block does not exceed half a megabyte. */
  private static final int MAX_CELLS = 64 * 1024;

  private final Template template;
  private final Series[] series;
  private final int offered;
  private final int taken;
  private final BitSet totals = new BitSet();
  private volatile Block[] blocks = NONE;
  private int places;

  /**
   * Creates a layout.
   *
   * @param series null for dropped ones
   * @param offered number of the message's families outside the catalogue
   * @param taken how many of them the device had room for
   */
  Layout(Template template, Series[] series, int offered, int taken) {
    this.template = template;
    this.series = series;
    this.offered = offered;
    this.taken = taken;
    for (int position = 0; position < series.length; position++) {
      if (series[position] != null && series[position].family().endsWith("_total")) {
        totals.set(position);
      }
    }
  }

  /** Whether it is what a device with this much room for families would get. */
  boolean isFor(int room) {
    return taken == Math.min(offered, room);
  }

  /** Number of families outside the catalogue. */
  int families() {
    return taken;
  }

  /** Whether the series at this position is a counter, which is never negative. */
  boolean isTotal(int position) {
    return totals.get(position);
  }

  public Template template() {
    return template;
  }

  /** Number of series, including dropped ones. */
  public int size() {
    return series.length;
  }

  /** The series at a position of the message; null for a dropped one. */
  public Series series(int position) {
    return series[position];
  }

  /** The values, for readers that use them directly. */
  public Block[] blocks() {
    return blocks;
  }

  /** The place of one device's values, and the stamp of its stay there. */
  record Place(Layout layout, Block block, int index, int stamp) {}

  synchronized Place take(byte[] name) {
    places++;
    for (Block block : blocks) {
      int index = block.take(name);
      if (index >= 0) {
        return new Place(this, block, index, block.newStamp());
      }
    }
    int last = blocks.length == 0 ? 0 : blocks[blocks.length - 1].places();
    int most = Math.max(1, Math.min(MAX_PLACES, MAX_CELLS / Math.max(1, series.length)));
    Block block = new Block(Math.max(1, Math.min(most, 2 * last)), series.length);
    Block[] more = Arrays.copyOf(blocks, blocks.length + 1);
    more[blocks.length] = block;
    blocks = more;
    return new Place(this, block, block.take(name), block.newStamp());
  }

  synchronized void release(Place place) {
    place.block().release(place.index());
    places--;
    if (places == 0) {
      blocks = NONE;
    }
  }

  synchronized boolean isUnused() {
    return places == 0;
  }
}
