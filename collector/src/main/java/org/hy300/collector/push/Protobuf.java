// SPDX-License-Identifier: Apache-2.0
// The few shapes of protobuf that remote write 1.0 needs, into an array that grows.
package org.hy300.collector.push;

import java.util.Arrays;

/**
 * {@code WriteRequest {repeated TimeSeries timeseries = 1}}, {@code TimeSeries {repeated Label
 * labels = 1; repeated Sample samples = 2}}, {@code Label {string name = 1; string value = 2}},
 * {@code Sample {double value = 1; int64 timestamp = 2}}.
 */
final class Protobuf {
  /** Field 1 with a length, and so on: the number of the field, then how it is written. */
  private static final byte FIRST_MESSAGE = 1 << 3 | 2;

  private static final byte SECOND_MESSAGE = 2 << 3 | 2;
  private static final byte FIRST_DOUBLE = 1 << 3 | 1;
  private static final byte SECOND_NUMBER = 2 << 3;

  /** A tag, eight bytes and the tag of the time. */
  private static final int SAMPLE_BESIDE_TIME = 10;

  private byte[] bytes;
  private int length;

  Protobuf(int room) {
    bytes = new byte[room];
  }

  /** What is written so far; more than {@link #length} bytes long. */
  byte[] array() {
    return bytes;
  }

  int length() {
    return length;
  }

  void clear() {
    length = 0;
  }

  byte[] toBytes() {
    return Arrays.copyOf(bytes, length);
  }

  /** Writes a {@code Label} as a field of its series. */
  void label(byte[] name, byte[] value) {
    int size = 2 + size(name.length) + name.length + size(value.length) + value.length;
    room(size + 11);
    bytes[length++] = FIRST_MESSAGE;
    varint(size);
    bytes[length++] = FIRST_MESSAGE;
    varint(name.length);
    copy(name);
    bytes[length++] = SECOND_MESSAGE;
    varint(value.length);
    copy(value);
  }

  /**
   * Writes a {@code TimeSeries} of one sample.
   *
   * @param time in ms of Unix time
   */
  void series(byte[] before, byte[] device, byte[] after, double value, long time) {
    int sample = SAMPLE_BESIDE_TIME + size(time);
    int size = before.length + device.length + after.length + 2 + sample;
    room(size + 11);
    bytes[length++] = FIRST_MESSAGE;
    varint(size);
    copy(before);
    copy(device);
    copy(after);
    bytes[length++] = SECOND_MESSAGE;
    varint(sample);
    bytes[length++] = FIRST_DOUBLE;
    // Raw: the mark of a series' end is one NaN among many.
    long bits = Double.doubleToRawLongBits(value);
    for (int shift = 0; shift < 64; shift += 8) {
      bytes[length++] = (byte) (bits >>> shift);
    }
    bytes[length++] = SECOND_NUMBER;
    varint(time);
  }

  private void room(int more) {
    if (bytes.length - length < more) {
      bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, length + more));
    }
  }

  private void copy(byte[] from) {
    System.arraycopy(from, 0, bytes, length, from.length);
    length += from.length;
  }

  void varint(long number) {
    long rest = number;
    while ((rest & ~0x7fL) != 0) {
      bytes[length++] = (byte) ((rest & 0x7f) | 0x80);
      rest >>>= 7;
    }
    bytes[length++] = (byte) rest;
  }

  /** How many bytes a number takes. */
  static int size(long number) {
    return (63 - Long.numberOfLeadingZeros(number | 1)) / 7 + 1;
  }
}
