// SPDX-License-Identifier: Apache-2.0
// The metric families of the fleet by name, and who may say what they are.
package org.hy300.collector.fleet;

import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import org.hy300.collector.metrics.CollectorMetrics;
import org.hy300.contract.Family;

/**
 * A family has one type on a page. Where two devices disagree it is untyped, so that neither can
 * take the other's series off the page, and the first help text stays.
 */
public final class Families {
  private static final Set<String> TYPES = Set.of("counter", "gauge", MetricFamily.UNTYPED);
  private static final int MAX = 10_000;
  private static final int MAX_HELP = 1_000;

  private final ConcurrentNavigableMap<String, MetricFamily> families =
      new ConcurrentSkipListMap<>();
  private final CollectorMetrics own;
  private final FleetLimits limits;

  Families(CollectorMetrics own, FleetLimits limits) {
    this.own = own;
    this.limits = limits;
  }

  /** All families, by name; they may come and go meanwhile. */
  public Iterable<MetricFamily> all() {
    return families.values();
  }

  /** A family, or null. */
  public MetricFamily find(String name) {
    return families.get(name);
  }

  /** Takes what a device says about its families. */
  void learn(String device, Map<String, Family> told) {
    if (told.size() > limits.deviceSeries()) {
      own.dropped("too_many_families", device, "metadata of " + told.size() + " families");
      return;
    }
    told.forEach((name, family) -> learn(device, name, family));
  }

  private void learn(String device, String name, Family told) {
    if (!isLegal(name) || !TYPES.contains(told.type())) {
      own.dropped("illegal_family", device, name + " of type " + told.type());
      return;
    }
    MetricFamily family = findOrAdd(name);
    if (family == null) {
      own.dropped("too_many_families", device, "metadata of " + name);
      return;
    }
    if (!family.isTold()) {
      String help = told.help();
      family.learn(
          new Family(
              told.type().intern(), help.length() > MAX_HELP ? help.substring(0, MAX_HELP) : help));
    } else if (!family.type().equals(told.type())) {
      own.dropped(
          "family_conflict",
          device,
          "type " + told.type() + " of " + name + ", which is " + family.type());
      family.learn(new Family(MetricFamily.UNTYPED, family.help()));
    }
  }

  private boolean isLegal(String name) {
    return name.length() <= limits.labelLength()
        && ForeignNames.mayBeFamily(name, limits.foreignFamilies());
  }

  /** The family of a series; null when its name is illegal or there are too many. */
  MetricFamily findOrAdd(String name) {
    MetricFamily known = families.get(name);
    if (known != null) {
      return known;
    }
    if (!isLegal(name)) {
      return null;
    }
    if (families.size() >= MAX) {
      families.values().removeIf(MetricFamily::isUnused);
      if (families.size() >= MAX) {
        return null;
      }
    }
    return families.computeIfAbsent(name, MetricFamily::new);
  }

  /** Forgets the columns of layouts that no device sends any more. */
  void removeUnused() {
    families.values().forEach(MetricFamily::removeUnused);
  }
}
