// SPDX-License-Identifier: Apache-2.0
// The values of some devices that send the same series, one series after the other.
package org.hy300.collector.fleet;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.BitSet;

/**
 * A table with a place for each device and a column for each series. A page is written column by
 * column, so the values of one lie side by side, and the names of the devices too. It never moves,
 * and takes values without a lock: each place has one writer at a time, and a reader looks at the
 * place's stamp before and after it reads.
 */
public final class Block {
  private static final VarHandle STAMPS =
      MethodHandles.arrayElementVarHandle(int[].class).withInvokeExactBehavior();

  /** A topic level has 64 characters at most, of one byte each; their number stands before them. */
  private static final int NAME = 65;

  /** 0 for a place that is not shown, otherwise another number each time that it is. */
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

  /** Takes a free place; negative when there is none. The layout's lock is held. */
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

  /** Gives a place back. The layout's lock is held. */
  void release(int place) {
    taken.clear(place);
    free++;
  }

  /** A number for one stay of one device at a place. The layout's lock is held. */
  int newStamp() {
    lastStamp = lastStamp == Integer.MAX_VALUE ? 1 : lastStamp + 1;
    return lastStamp;
  }

  /** Shows a place under its stamp; 0 hides it. */
  void show(int place, int stamp) {
    STAMPS.setRelease(stamps, place, stamp);
  }

  void store(int column, int place, double value) {
    values[column * stamps.length + place] = value;
  }

  /** The stamp of a place; 0 when its series are not to be shown. */
  public int stamp(int place) {
    return (int) STAMPS.getAcquire(stamps, place);
  }

  /** A value; NaN for one that is not to be shown. */
  public double value(int column, int place) {
    return values[column * stamps.length + place];
  }

  /** The device names, each with its length before it. */
  public byte[] names() {
    return names;
  }

  /** Where in {@link #names} the device's at a place begins, with its length. */
  public static int nameAt(int place) {
    return place * NAME;
  }

  /** Whether what was read since {@link #stamp} belongs to one device. */
  public boolean isStill(int place, int stamp) {
    VarHandle.loadLoadFence();
    return (int) STAMPS.getOpaque(stamps, place) == stamp;
  }
}
