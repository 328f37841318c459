// SPDX-License-Identifier: Apache-2.0
// The metric families of the fleet by name: which there may be, and of what type they are.
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
 * Those of the catalogue are always taken, with the catalogue's type. Of the others there is a
 * number of each device and of the fleet, and most devices decide on the type. A device that says
 * otherwise is counted and changes nothing.
 */
public final class Families {
  private static final Set<String> TYPES = Set.of("counter", "gauge", MetricFamily.UNTYPED);

  /** Families of the fleet beside the catalogue's. */
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
    // A projector's family may come first, and not stand in the way of these.
    catalogue.keySet().forEach(names::take);
  }

  /** All families, by name; they may come and go meanwhile. */
  public Iterable<MetricFamily> all() {
    return families.values();
  }

  /** A family, or null. */
  public MetricFamily find(String name) {
    return families.get(name);
  }

  /** Whether it is of the catalogue, and counts for no quota. */
  boolean isListed(String name) {
    return catalogue.containsKey(name);
  }

  /** Whether there is no room for another one beside the catalogue's. */
  boolean isFull() {
    return others >= MAX;
  }

  /**
   * Takes what a device says about its families.
   *
   * @param before the types that it has told until now, as this has returned them
   * @return the types that it tells now, those of the catalogue left out
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

  /** Forgets what a device has told that is gone. */
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

  /** The family of a name that a device brings; null for one that is refused, and counted. */
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

  /** Forgets the columns of layouts that no device sends any more, and families without any. */
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
