// SPDX-License-Identifier: Apache-2.0
// The schedule of faults: kind, place, begin and end all follow from a seed.
package org.hy300.e2e;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * Faults overlap. Each kind occurs once before any repeats; a place has each kind once at a time.
 */
final class FaultSchedule {
  /** Each kind, with its minimum and maximum duration in seconds. */
  enum Kind {
    LINK_CUT(3, 15),
    PACKETS_LOST(8, 20),
    BROKER_KILLED(1, 6),
    DISK_FULL(8, 20),
    COLLECTOR_KILLED(1, 8),
    AGENT_KILLED(1, 5),
    CLOCK_STEPPED(5, 20);

    private final int shortest;
    private final int longest;

    Kind(int shortest, int longest) {
      this.shortest = shortest;
      this.longest = longest;
    }
  }

  /**
   * The begin or the end of a fault.
   *
   * @param stepSeconds of a clock; 0 for other faults
   */
  record Step(long atMs, Kind kind, String place, boolean begins, long stepSeconds) {
    @Override
    public String toString() {
      return "%s %s of %s%s"
          .formatted(
              begins ? "begin" : "end",
              kind.name().toLowerCase(java.util.Locale.ROOT).replace('_', ' '),
              place,
              begins && stepSeconds != 0 ? " by %+d s".formatted(stepSeconds) : "");
    }
  }

  private static final int SHORTEST_PAUSE_MS = 1_000;
  private static final int LONGEST_PAUSE_MS = 5_000;
  private static final long[] CLOCK_STEPS = {-7200, -600, -45, -3, 3, 45, 600, 7200};

  private final List<Step> steps = new ArrayList<>();

  /**
   * Creates a schedule.
   *
   * @param places where each kind may occur
   * @param milliseconds after which no fault begins
   * @param lastKillMs after which the collector is not killed, so that its memory can be checked
   */
  FaultSchedule(long seed, Map<Kind, List<String>> places, long milliseconds, long lastKillMs) {
    Random random = new Random(seed);
    Map<String, Long> busyUntil = new HashMap<>();
    List<Kind> bag = new ArrayList<>();
    long now = 0;
    while (now < milliseconds) {
      if (bag.isEmpty()) {
        bag.addAll(new EnumMap<>(places).keySet());
        Collections.shuffle(bag, random);
      }
      Kind kind = bag.remove(bag.size() - 1);
      List<String> possible = places.get(kind);
      String place = possible.get(random.nextInt(possible.size()));
      long duration = 1000L * kind.shortest + random.nextInt(1000 * (kind.longest - kind.shortest));
      long clock = kind == Kind.CLOCK_STEPPED ? CLOCK_STEPS[random.nextInt(CLOCK_STEPS.length)] : 0;
      boolean late = kind == Kind.COLLECTOR_KILLED && now + duration > lastKillMs;
      if (!late && busyUntil.getOrDefault(kind + place, 0L) <= now) {
        busyUntil.put(kind + place, now + duration + SHORTEST_PAUSE_MS);
        steps.add(new Step(now, kind, place, true, clock));
        steps.add(new Step(now + duration, kind, place, false, clock));
      }
      now += SHORTEST_PAUSE_MS + random.nextInt(LONGEST_PAUSE_MS - SHORTEST_PAUSE_MS);
    }
    steps.sort(Comparator.comparingLong(Step::atMs));
  }

  /** Sorted by time. */
  List<Step> steps() {
    return Collections.unmodifiableList(steps);
  }
}
