// SPDX-License-Identifier: Apache-2.0
// The metadata of the metric families, one for the whole fleet.
package org.hy300.collector.fleet;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.hy300.collector.CollectorMetrics;
import org.hy300.contract.Family;
import org.hy300.contract.Series;

/**
 * A family has one type on a page, so the first device that names one decides; the family's series
 * of a device that names another are left out.
 */
public final class Families {
  private static final Family UNKNOWN = new Family("untyped", "");
  private static final Set<String> TYPES = Set.of("counter", "gauge", "untyped");
  private static final int MAX = 10_000;

  private final Map<String, Family> families = new HashMap<>();
  private final CollectorMetrics own;

  Families(CollectorMetrics own) {
    this.own = own;
  }

  void learn(String device, Map<String, Family> told) {
    told.forEach(
        (name, family) -> {
          if (!Series.isFamilyName(name) || !TYPES.contains(family.type())) {
            own.dropped("illegal_family", device, name + " of type " + family.type());
            return;
          }
          Family known = families.get(name);
          if (known == null && families.size() < MAX) {
            families.put(name, family);
          } else if (known == null || !known.type().equals(family.type())) {
            own.dropped("family_conflict", device, name + " is not a " + family.type());
          }
        });
  }

  /** Metadata of a family; untyped when no device has told. */
  public Family find(String name) {
    return families.getOrDefault(name, UNKNOWN);
  }

  /** Whether a device says another type of the family than the page does. */
  public boolean disagrees(Device device, String name) {
    Family told = device.info() == null ? null : device.info().families().get(name);
    return told != null && !told.type().equals(find(name).type());
  }
}
