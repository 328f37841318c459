// SPDX-License-Identifier: Apache-2.0
// Which family each name of a sample belongs to: in OpenMetrics a counter has more than its own.
package org.hy300.collector.fleet;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A page on which two families could have a sample of the same name is none. Of the types that a
 * page has, gauge, unknown and counter, the last one has suffixes: {@code x_total} is the family
 * {@code x} with the samples {@code x_total} and {@code x_created}. What ends so is treated as a
 * counter whatever its type, for that may change.
 */
final class SampleNames {
  private static final String TOTAL = "_total";

  private final Map<String, String> owners = new HashMap<>();

  /** Takes the names of a family; false when one of them belongs to another. */
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
