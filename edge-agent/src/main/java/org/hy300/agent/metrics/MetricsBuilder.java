// SPDX-License-Identifier: Apache-2.0
// Builds a reading, series by series.
package org.hy300.agent.metrics;

import java.util.LinkedHashMap;
import java.util.Map;
import org.hy300.contract.Family;
import org.hy300.contract.Series;

/** Collects values and the metadata of their families. */
public final class MetricsBuilder {
  private final Map<String, Number> values = new LinkedHashMap<>();
  private final Map<String, Family> families = new LinkedHashMap<>();

  /** Starts a family; its series follow. */
  public MetricsBuilder family(String name, String type, String help) {
    families.put(name, new Family(type, help));
    return this;
  }

  /**
   * Adds one series.
   *
   * @param labels names and values, alternating
   */
  public MetricsBuilder value(String family, Number value, String... labels) {
    values.put(Series.format(family, labels), value);
    return this;
  }

  /** Adds all values of another reading. */
  public MetricsBuilder add(Metrics reading) {
    values.putAll(reading.values());
    families.putAll(reading.families());
    return this;
  }

  public Metrics build() {
    return new Metrics(values, families);
  }
}
