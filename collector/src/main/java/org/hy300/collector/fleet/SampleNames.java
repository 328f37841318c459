// SPDX-License-Identifier: Apache-2.0
// Maps each sample name to its family: in OpenMetrics a counter has several.
package org.hy300.collector.fleet;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A page is invalid if two families could have a sample with the same name. A page has gauges,
 * unknowns and counters, and only a counter has suffixes: {@code x_total} is the family {@code x}
 * with the samples {@code x_total} and {@code x_created}. A name with that suffix is treated as a
 * counter whatever its type, because the type may change.
 */
final class SampleNames {
  private static final String TOTAL = "_total";

  private final Map<String, String> owners = new HashMap<>();

  /** Reserves the sample names of a family; false if another one has reserved any of them. */
  boolean take(String family) {
    List<String> names = of(family);
    if (names.stream().anyMatch(name -> !owners.getOrDefault(name, family).equals(family))) {
      return false;
    }
    names.forEach(name -> owners.put(name, family));
    return true;
  }

  void give(String family) {
    of(family).forEach(owners::remove);
  }

  private static List<String> of(String family) {
    int base = family.length() - TOTAL.length();
    if (base <= 0 || !family.endsWith(TOTAL)) {
      return List.of(family);
    }
    String name = family.substring(0, base);
    return List.of(name, family, name + "_created");
  }
}
