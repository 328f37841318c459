// SPDX-License-Identifier: Apache-2.0
// The numbers that are missing in a journal, for its log.
package org.hy300.journal;

import java.util.List;

/** Finds holes in rising numbers. */
final class Holes {
  private static final int LONGEST_LINE = 200;

  private final StringBuilder text = new StringBuilder();

  private Holes() {}

  /** The numbers from first to last that are not given, such as {@code " 3 7-9"}; may be cut. */
  static String in(List<Long> numbers, long first, long last) {
    Holes holes = new Holes();
    long expected = first;
    for (long number : numbers) {
      holes.add(expected, number - 1);
      expected = Math.max(expected, number + 1);
    }
    holes.add(expected, last);
    return holes.text.toString();
  }

  private void add(long first, long last) {
    if (first <= last && text.length() < LONGEST_LINE) {
      text.append(' ').append(first).append(first == last ? "" : "-" + last);
    }
  }
}
