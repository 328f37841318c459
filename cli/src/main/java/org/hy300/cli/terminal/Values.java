// SPDX-License-Identifier: Apache-2.0
// JSON values in readable form.
package org.hy300.cli.terminal;

import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;

/** Texts for tables. */
public final class Values {
  private static final double EXACT = 1e15;

  private Values() {}

  /** An integral number has no decimal point. */
  public static String text(Object value) {
    if (value instanceof Double number && number % 1 == 0 && Math.abs(number) < EXACT) {
      return Long.toString(number.longValue());
    }
    return String.valueOf(value);
  }

  /** {@code a=1 b=2}. */
  public static String pairs(Iterable<? extends Map.Entry<String, ?>> fields) {
    return StreamSupport.stream(fields.spliterator(), false)
        .map(Values::pair)
        .collect(Collectors.joining(" "));
  }

  private static String pair(Map.Entry<String, ?> entry) {
    return entry.getKey() + "=" + text(entry.getValue());
  }

  /** Drops the fraction of a second. */
  public static String time(String time) {
    return time.replaceFirst("\\.[0-9]+Z$", "Z");
  }
}
