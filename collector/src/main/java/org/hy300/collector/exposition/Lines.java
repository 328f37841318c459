// SPDX-License-Identifier: Apache-2.0
// Builds the bytes of a page: names, labels, numbers.
package org.hy300.collector.exposition;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** A growing buffer, which its user empties from time to time. */
public final class Lines {
  private static final double EXACT = 1L << 53;
  private static final int NUMBER = 32;

  /** The texts 00, 01 and so on to 99. */
  private static final byte[] PAIRS = new byte[200];

  static {
    for (int i = 0; i < 100; i++) {
      PAIRS[2 * i] = (byte) ('0' + i / 10);
      PAIRS[2 * i + 1] = (byte) ('0' + i % 10);
    }
  }

  private byte[] bytes;
  private int length;

  public Lines(int capacity) {
    bytes = new byte[capacity];
  }

  public byte[] bytes() {
    return bytes;
  }

  public int length() {
    return length;
  }

  public void clear() {
    length = 0;
  }

  private void room(int more) {
    if (length + more > bytes.length) {
      bytes = Arrays.copyOf(bytes, Math.max(2 * bytes.length, length + more));
    }
  }

  Lines add(byte[] more) {
    room(more.length);
    System.arraycopy(more, 0, bytes, length, more.length);
    length += more.length;
    return this;
  }

  Lines add(String text) {
    return add(text.getBytes(StandardCharsets.UTF_8));
  }

  /** One line of one series. */
  void sample(byte[] head, byte[] device, byte[] tail, double value) {
    sample(head, device, 0, device.length, tail, value);
  }

  /**
   * One line of one series.
   *
   * @param from position of the device's name in the array
   */
  void sample(byte[] head, byte[] names, int from, int nameLength, byte[] tail, double value) {
    room(head.length + nameLength + tail.length + NUMBER);
    byte[] to = bytes;
    int at = length;
    System.arraycopy(head, 0, to, at, head.length);
    at += head.length;
    System.arraycopy(names, from, to, at, nameLength);
    at += nameLength;
    // Nearly all series have no labels of their own, and three bytes do not justify a call.
    if (tail.length == 3) {
      to[at] = tail[0];
      to[at + 1] = tail[1];
      to[at + 2] = tail[2];
    } else {
      System.arraycopy(tail, 0, to, at, tail.length);
    }
    at = put(to, at + tail.length, value);
    to[at] = '\n';
    length = at + 1;
  }

  /** Removes everything written since the length had this value. */
  void cut(int before) {
    length = before;
  }

  /** Writes digits that parse back to exactly this finite number. */
  Lines number(double value) {
    room(NUMBER);
    length = put(bytes, length, value);
    return this;
  }

  /** Dividing two exact numbers rounds once, just like parsing the digits. */
  private static int put(byte[] to, int at, double value) {
    long whole = (long) value;
    if (whole == value && Math.abs(value) < EXACT) {
      return putSigned(to, at, whole);
    }
    double thousands = Math.rint(value * 1e3);
    if (Math.abs(thousands) < EXACT && thousands / 1e3 == value) {
      long number = Math.abs((long) thousands);
      int next = putSign(to, at, value < 0);
      next = putDigits(to, next, number / 1000, 1);
      to[next] = '.';
      return putFraction(to, next + 1, number % 1000, 3);
    }
    double billions = Math.rint(value * 1e9);
    if (Math.abs(billions) < EXACT && billions / 1e9 == value) {
      long number = Math.abs((long) billions);
      int next = putSign(to, at, value < 0);
      next = putDigits(to, next, number / 1_000_000_000, 1);
      to[next] = '.';
      return putFraction(to, next + 1, number % 1_000_000_000, 9);
    }
    String text = Double.toString(value);
    for (int i = 0; i < text.length(); i++) {
      to[at + i] = (byte) text.charAt(i);
    }
    return at + text.length();
  }

  private static int putSign(byte[] to, int at, boolean negative) {
    if (negative) {
      to[at] = '-';
      return at + 1;
    }
    return at;
  }

  private static int putSigned(byte[] to, int at, long number) {
    if (number >= 0 && number < 10) {
      to[at] = (byte) ('0' + number);
      return at + 1;
    }
    return putDigits(to, putSign(to, at, number < 0), Math.abs(number), 1);
  }

  private static int putFraction(byte[] to, int at, long number, int digits) {
    int next = putDigits(to, at, number, digits);
    while (to[next - 1] == '0') {
      next--;
    }
    return next;
  }

  private static int putDigits(byte[] to, int at, long number, int atLeast) {
    int count = 1;
    for (long limit = 10; number >= limit; limit *= 10) {
      count++;
    }
    int end = at + Math.max(count, atLeast);
    int next = end;
    long rest = number;
    while (rest > Integer.MAX_VALUE) {
      to[--next] = (byte) ('0' + rest % 10);
      rest /= 10;
    }
    // Two digits at a time, in ints: several times as fast.
    int small = (int) rest;
    while (next - at >= 2) {
      int pair = small % 100 * 2;
      small /= 100;
      next -= 2;
      to[next] = PAIRS[pair];
      to[next + 1] = PAIRS[pair + 1];
    }
    if (next > at) {
      to[at] = (byte) ('0' + small % 10);
    }
    return end;
  }
}
