// SPDX-License-Identifier: Apache-2.0
// Reads a state message that is as the device's last one but for its numbers.
package org.hy300.collector.ingest;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.hy300.collector.fleet.Session;
import org.hy300.collector.fleet.Template;

/**
 * Compares the glue of the template and parses what stands in the holes, with no object made. One
 * for each thread; what it has read stands in it until the next message.
 */
public final class RepeatParser {
  /** Powers of ten that a double holds exactly. */
  private static final double[] TEN = {
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16,
    1e17, 1e18, 1e19, 1e20, 1e21, 1e22
  };

  private static final long EXACT = 1L << 53;

  /** So many digits fit a long whatever they are. */
  private static final int MAX_DIGITS = 18;

  private byte[] message;
  private int length;
  private int at;
  private double[] values = new double[64];
  private long seq;
  private int timeFrom;
  private int timeTo;

  /** The number of the message. */
  public long seq() {
    return seq;
  }

  /** The values in the order of the template, and more room behind them. */
  public double[] values() {
    return values;
  }

  /** The time in ms of Unix time; 0 when there is none that can be read. */
  public long time() {
    long time = AgentTime.read(message, timeFrom, timeTo);
    return time >= 0 || timeTo == timeFrom
        ? Math.max(0, time)
        : StateParser.time(
            new String(message, timeFrom, timeTo - timeFrom, StandardCharsets.US_ASCII));
  }

  /**
   * Reads a message.
   *
   * @param bytes the message, with room for at least one byte behind it
   * @param expected the session that it must be of
   * @return false when it is not of this template; then it says nothing
   */
  public boolean read(byte[] bytes, int size, Template template, Session expected) {
    message = bytes;
    length = size;
    at = 0;
    timeFrom = 0;
    timeTo = 0;
    // No token goes beyond a zero byte, so none of the loops below has to look for the end.
    message[length] = 0;
    byte[] glue = template.glue();
    int[] ends = template.ends();
    byte[] holes = template.holes();
    if (values.length < holes.length) {
      values = new double[holes.length];
    }
    int from = 0;
    int count = 0;
    for (int hole = 0; hole < holes.length; hole++) {
      int to = ends[hole];
      if (!skip(glue, from, to)) {
        return false;
      }
      from = to;
      boolean read =
          switch (holes[hole]) {
            case Template.VALUE -> number(count++);
            case Template.SESSION -> skip(expected.bytes(), 0, expected.bytes().length);
            case Template.SEQ -> readSeq();
            default -> readTime();
          };
      if (!read) {
        return false;
      }
    }
    return skip(glue, from, glue.length) && at == length;
  }

  /** Steps over bytes that must stand here. */
  private boolean skip(byte[] expected, int from, int to) {
    int end = at + to - from;
    if (end > length || !Arrays.equals(message, at, end, expected, from, to)) {
      return false;
    }
    at = end;
    return true;
  }

  private boolean readTime() {
    timeFrom = at;
    while (message[at] >= ' ' && message[at] != '"' && message[at] != '\\') {
      at++;
    }
    timeTo = at;
    return timeTo - timeFrom <= StateParser.MAX_TIME_LENGTH;
  }

  private boolean readSeq() {
    int first = at;
    long number = 0;
    while (isDigit(message[at])) {
      number = number * 10 + message[at++] - '0';
    }
    seq = number;
    return isInteger(first, at) && at - first <= MAX_DIGITS;
  }

  private static boolean isDigit(byte b) {
    return b >= '0' && b <= '9';
  }

  /** As JSON has it: at least one digit, and no 0 before others. */
  private boolean isInteger(int from, int to) {
    return to > from && (message[from] != '0' || to == from + 1);
  }

  /** Reads a number as JSON has it into its place. */
  private boolean number(int index) {
    int start = at;
    boolean negative = message[at] == '-';
    if (negative) {
      at++;
    }
    int first = at;
    long digits = 0;
    while (isDigit(message[at])) {
      digits = digits * 10 + message[at++] - '0';
    }
    if (!isInteger(first, at)) {
      return false;
    }
    int count = at - first;
    int fraction = 0;
    if (message[at] == '.') {
      int point = ++at;
      while (isDigit(message[at])) {
        digits = digits * 10 + message[at++] - '0';
      }
      fraction = at - point;
      count += fraction;
      if (fraction == 0) {
        return false;
      }
    }
    if (message[at] == 'e' || message[at] == 'E') {
      return exponent() && slowly(index, start);
    }
    // Both are exact then, so that the quotient is what the digits say, rounded once.
    if (count > MAX_DIGITS || digits > EXACT) {
      return slowly(index, start);
    }
    double value = digits / TEN[fraction];
    // Not -0, which is the 0 that a page shows.
    values[index] = negative ? 0 - value : value;
    return true;
  }

  private boolean exponent() {
    at++;
    if (message[at] == '+' || message[at] == '-') {
      at++;
    }
    int first = at;
    while (isDigit(message[at])) {
      at++;
    }
    return at > first;
  }

  private boolean slowly(int index, int start) {
    if (at - start > 100) {
      return false;
    }
    values[index] =
        0 + Double.parseDouble(new String(message, start, at - start, StandardCharsets.US_ASCII));
    return Double.isFinite(values[index]);
  }
}
