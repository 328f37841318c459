// SPDX-License-Identifier: Apache-2.0
// Writes a metric attribute as the drivers do: Prometheus text with HELP and TYPE.
package org.hy300.simulator;

import java.util.Map;
import org.hy300.contract.Series;

/** One page of text exposition format 0.0.4, with families of the drivers. */
final class ExpositionPage {
  private final StringBuilder text = new StringBuilder();
  private String last = "";

  /**
   * Adds a series, and for the first of a family its HELP and TYPE.
   *
   * @param labels names and values, alternating
   */
  ExpositionPage value(String family, Number value, String... labels) {
    if (!family.equals(last)) {
      text.append(DriverFamilies.find(family).header());
      last = family;
    }
    text.append(Series.format(family, labels)).append(' ').append(value).append('\n');
    return this;
  }

  ExpositionPage value(String family, boolean value) {
    return value(family, value ? 1 : 0);
  }

  /** Adds a state set: one series for each state, 1 for the current one. */
  ExpositionPage states(String family, String now) {
    DriverFamilies.find(family)
        .labels()
        .forEach(l -> value(family, l.get(1).equals(now) ? 1 : 0, l.toArray(String[]::new)));
    return this;
  }

  /** Adds all series of a family with one label, each with the number of its label value. */
  ExpositionPage words(String family, Map<String, ? extends Number> numbers) {
    DriverFamilies.find(family)
        .labels()
        .forEach(l -> value(family, numbers.get(l.get(1)), l.toArray(String[]::new)));
    return this;
  }

  @Override
  public String toString() {
    return text.toString();
  }
}
