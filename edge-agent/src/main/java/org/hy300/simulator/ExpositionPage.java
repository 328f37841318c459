// SPDX-License-Identifier: Apache-2.0
// Writes a metric attribute as the drivers do: Prometheus text with HELP and TYPE.
package org.hy300.simulator;

import org.hy300.contract.Series;

/** One page of text exposition format 0.0.4. */
final class ExpositionPage {
  private final StringBuilder text = new StringBuilder();

  ExpositionPage family(String name, String type, String help) {
    text.append("# HELP ").append(name).append(' ').append(help).append('\n');
    text.append("# TYPE ").append(name).append(' ').append(type).append('\n');
    return this;
  }

  /**
   * Adds a series of the family named last.
   *
   * @param labels names and values in turn
   */
  ExpositionPage value(String family, Number value, String... labels) {
    text.append(Series.format(family, labels)).append(' ').append(value).append('\n');
    return this;
  }

  ExpositionPage counter(String name, String help, long value) {
    return family(name, "counter", help).value(name, value);
  }

  ExpositionPage gauge(String name, String help, Number value) {
    return family(name, "gauge", help).value(name, value);
  }

  ExpositionPage gauge(String name, String help, boolean value) {
    return gauge(name, help, value ? 1 : 0);
  }

  /** A state set: one series a word, 1 for the one that holds. */
  ExpositionPage states(String name, String help, String label, String[] words, String now) {
    family(name, "gauge", help);
    for (String word : words) {
      value(name, word.equals(now) ? 1 : 0, label, word);
    }
    return this;
  }

  @Override
  public String toString() {
    return text.toString();
  }
}
