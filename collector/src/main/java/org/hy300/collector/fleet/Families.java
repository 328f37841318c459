// SPDX-License-Identifier: Apache-2.0
// The metric families of the fleet by name: which ones are allowed, and their types.
package org.hy300.collector.fleet;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import org.hy300.collector.metrics.CollectorMetrics;
import org.hy300.contract.Family;
import org.hy300.contract.FamilyCatalogue;

/**
 * Families of the catalogue are always accepted, with the catalogue's type. Others are limited per
 * device and for the fleet, and the majority of devices decides on their type. A device that
 * disagrees is counted and changes nothing.
 */
public final class Families {
  private static final Set<String> TYPES = Set.of("counter", "gauge", MetricFamily.UNTYPED);

  /** Limit for the fleet on families outside the catalogue. */
  private static final int MAX = 10_000;

  private static final int MAX_HELP = 1_000;

  private final Map<String, String> catalogue = FamilyCatalogue.types();
  private final ConcurrentNavigableMap<String, MetricFamily> families =
      new ConcurrentSkipListMap<>();
  private final SampleNames names = new SampleNames();
  private final CollectorMetrics own;
  private final FleetLimits limits;
  private volatile int others;

  Families(CollectorMetrics own, FleetLimits limits) {
    this.own = own;
    this.limits = limits;
    // A projector's families must not take these names first.
    catalogue.keySet().forEach(names::take);
  }

  /** All families, by name; they may change during the iteration. */
  public Iterable<MetricFamily> all() {
    return families.values();
  }

  /** A family; null if there is none. */
  public MetricFamily find(String name) {
    return families.get(name);
  }

  /** Whether it is in the catalogue, and so exempt from quotas. */
  boolean isListed(String name) {
    return catalogue.containsKey(name);
  }

  /** Whether there is no room for another family outside the catalogue. */
  boolean isFull() {
    return others >= MAX;
  }

  /**
   * Takes a device's metadata of its families.
   *
   * @param before the types that this method returned for the device last time
   * @return the types that the device has now, except those of the catalogue
   */
  synchronized Map<String, String> learn(
      String device, Map<String, String> before, Map<String, Family> told) {
    if (told.size() > limits.deviceSeries()) {
      own.dropped("too_many_families", device, "metadata of " + told.size() + " families");
      return before;
    }
    Map<String, String> now = new HashMap<>();
    told.forEach((name, family) -> learn(device, name, family, before, now));
    before.forEach(
        (name, type) -> {
          if (!now.containsKey(name)) {
            forget(name, type);
          }
        });
    return now;
  }

  private void learn(
      String device,
      String name,
      Family told,
      Map<String, String> before,
      Map<String, String> now) {
    if (!TYPES.contains(told.type())) {
      own.dropped("illegal_family", device, name + " of type " + told.type());
      return;
    }
    if (!isListed(name) && now.size() >= limits.deviceFamilies()) {
      own.dropped(
          "too_many_families", device, "more than " + limits.deviceFamilies() + " with " + name);
      return;
    }
    MetricFamily family = findOrAdd(device, name);
    if (family == null) {
      return;
    }
    String type = told.type().intern();
    if (!isListed(name)) {
      String last = before.get(name);
      if (last != null && !last.equals(type)) {
        family.forget(last);
        last = null;
      }
      if (last == null) {
        family.learn(type);
      }
      now.put(family.name(), type);
    }
    if (family.type().equals(type)) {
      String help = told.help();
      family.help(help.length() > MAX_HELP ? help.substring(0, MAX_HELP) : help);
    } else {
      own.dropped(
          "family_conflict",
          device,
          "type " + type + " of " + name + ", which is " + family.type());
    }
  }

  /** Removes the types of a device that is gone. */
  void forget(Map<String, String> told) {
    told.forEach(this::forget);
  }

  private void forget(String name, String type) {
    MetricFamily family = families.get(name);
    if (family != null) {
      family.forget(type);
    }
  }

  boolean isLegal(String name) {
    return name.length() <= limits.labelLength()
        && ForeignNames.mayBeFamily(name, limits.foreignFamilies());
  }

  /** The family with a device's name for it; null if it is refused, which is counted. */
  MetricFamily findOrAdd(String device, String name) {
    MetricFamily known = families.get(name);
    return known == null ? add(device, name) : known;
  }

  private synchronized MetricFamily add(String device, String name) {
    MetricFamily known = families.get(name);
    if (known != null) {
      return known;
    }
    if (!isListed(name)) {
      if (!isLegal(name)) {
        own.dropped("illegal_family", device, name);
        return null;
      }
      if (isFull()) {
        own.dropped("too_many_families", device, "more than " + MAX + " of the fleet with " + name);
        return null;
      }
      if (!names.take(name)) {
        own.dropped(
            "family_clash", device, name + " beside a family whose samples may be so named");
        return null;
      }
      others++;
    }
    MetricFamily family = new MetricFamily(name, catalogue.get(name));
    families.put(name, family);
    return family;
  }

  /** Removes the columns of unused layouts, and families without columns. */
  synchronized void removeUnused() {
    for (MetricFamily family : families.values()) {
      family.removeUnused();
      if (family.isUnused() && !isListed(family.name())) {
        families.remove(family.name());
        names.give(family.name());
        others--;
      }
    }
  }
}
