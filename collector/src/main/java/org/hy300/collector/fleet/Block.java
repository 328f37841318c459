// SPDX-License-Identifier: Apache-2.0
// The values of devices that send the same series, column by column.
package org.hy300.collector.fleet;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.BitSet;

/**
 * A table with a place for each device and a column for each series. A page is written column by
 * column, so the values of one column are adjacent, and so are the device names. It never moves,
 * and stores values without a lock: each place has one writer at a time, and a reader compares the
 * place's stamp before and after reading.
 */
public final class Block {
  private static final VarHandle STAMPS =
      MethodHandles.arrayElementVarHandle(int[].class).withInvokeExactBehavior();

  /** A topic level has at most 64 characters of one byte each; their number comes first. */
  private static final int NAME = 65;

  /** 0 for a hidden place; otherwise a new number each time that the place is shown. */
  private final int[] stamps;

  private final byte[] names;
  private final double[] values;
  private final BitSet taken = new BitSet();
  private int free;
  private int lastStamp;

  Block(int places, int columns) {
    stamps = new int[places];
    names = new byte[places * NAME];
    values = new double[places * columns];
    free = places;
  }

  public int places() {
    return stamps.length;
  }

  /** Takes a free place; negative if there is none. Requires the layout's lock. */
  int take(byte[] name) {
    if (free == 0) {
      return -1;
    }
    int place = taken.nextClearBit(0);
    taken.set(place);
    free--;
    names[place * NAME] = (byte) name.length;
    System.arraycopy(name, 0, names, place * NAME + 1, name.length);
    return place;
  }

  /** Frees a place. Requires the layout's lock. */
  void release(int place) {
    taken.clear(place);
    free++;
  }

  /** A number for one occupation of a place by one device. Requires the layout's lock. */
  int newStamp() {
    lastStamp = lastStamp == Integer.MAX_VALUE ? 1 : lastStamp + 1;
    return lastStamp;
  }

  /** Shows a place with its stamp; 0 hides it. */
  void show(int place, int stamp) {
    STAMPS.setRelease(stamps, place, stamp);
  }

  void store(int column, int place, double value) {
    values[column * stamps.length + place] = value;
  }

  /** The stamp of a place; 0 while its series are hidden. */
  public int stamp(int place) {
    return (int) STAMPS.getAcquire(stamps, place);
  }

  /** A value; NaN for one that must not be shown. */
  public double value(int column, int place) {
    return values[column * stamps.length + place];
  }

  /** The device names, each with its length in front. */
  public byte[] names() {
    return names;
  }

  /** The position in {@link #names} of the name at a place, with its length. */
  public static int nameAt(int place) {
    return place * NAME;
  }

  /** Whether everything read since {@link #stamp} belongs to one device. */
  public boolean isStill(int place, int stamp) {
    VarHandle.loadLoadFence();
    return (int) STAMPS.getOpaque(stamps, place) == stamp;
  }
}
