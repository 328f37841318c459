// SPDX-License-Identifier: Apache-2.0
// An argument of a command: an integer, several integers or a text, each with its meaning.
package org.hy300.contract;

import io.vertx.core.json.JsonArray;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** An argument of a command. */
public sealed interface Argument {
  String name();

  /** Its meaning, as the beginning of a sentence. */
  String meaning();

  /** A description of the valid values. */
  String range();

  /** Why the value is invalid, in one line; empty if it is valid. */
  Optional<String> check(Object value);

  /**
   * An integer. Both bounds are inclusive; the device may have narrower ones.
   *
   * @param unit unit of the value; empty for a plain number
   */
  record IntegerArgument(String name, int min, int max, String unit, String meaning)
      implements Argument {
    @Override
    public String range() {
      return Argument.range(min, max, unit);
    }

    @Override
    public Optional<String> check(Object value) {
      return Argument.check(value, min, max);
    }
  }

  /**
   * A list of a fixed number of integers with the same bounds.
   *
   * @param order the meaning of each, in order
   */
  record IntegersArgument(
      String name, List<String> order, int min, int max, String unit, String meaning)
      implements Argument {
    public int count() {
      return order.size();
    }

    @Override
    public String range() {
      return count()
          + " numbers of "
          + Argument.range(min, max, unit)
          + " ("
          + String.join(", ", order)
          + ")";
    }

    @Override
    public Optional<String> check(Object value) {
      if (!(value instanceof JsonArray list && list.size() == count())) {
        return Optional.of("is not a list of " + count());
      }
      return list.stream().flatMap(each -> Argument.check(each, min, max).stream()).findFirst();
    }
  }

  /**
   * A text.
   *
   * @param pattern that the whole text must match
   * @param range a description of the pattern
   */
  record TextArgument(String name, Pattern pattern, String range, String meaning)
      implements Argument {
    @Override
    public Optional<String> check(Object value) {
      return value instanceof String text && pattern.matcher(text).matches()
          ? Optional.empty()
          : Optional.of("is not what it takes");
    }
  }

  private static String range(int min, int max, String unit) {
    return (min + " to " + max + " " + unit).strip();
  }

  private static Optional<String> check(Object value, int min, int max) {
    if (!(value instanceof Number number && number.doubleValue() % 1 == 0)) {
      return Optional.of("is not an integer");
    }
    return number.doubleValue() < min || number.doubleValue() > max
        ? Optional.of("is out of range")
        : Optional.empty();
  }
}
