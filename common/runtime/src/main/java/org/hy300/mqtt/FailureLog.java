// SPDX-License-Identifier: Apache-2.0
// Decides which failures of a connection are worth a line: the first of a kind, then ever fewer.
package org.hy300.mqtt;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * A kind of failure is said when it is new. While it repeats itself it is said again after a
 * minute, then after twice that and so on up to an hour, with how often it has been.
 */
public final class FailureLog {
  private static final long FIRST_NANOS = TimeUnit.MINUTES.toNanos(1);
  private static final long LONGEST_NANOS = TimeUnit.HOURS.toNanos(1);

  /** Whoever can choose what a failure says must not fill the memory: the others are one kind. */
  private static final int MOST_KINDS = 16;

  private static final String OTHERS = "";

  private static final class Kind {
    private long times;
    private long pause = FIRST_NANOS;
    private long next;
  }

  private final LongSupplier nanos;
  private final Map<String, Kind> kinds = new HashMap<>();

  /**
   * Creates a log that has heard of nothing.
   *
   * @param nanos a clock that never goes back, such as {@link System#nanoTime}
   */
  public FailureLog(LongSupplier nanos) {
    this.nanos = nanos;
  }

  /** Counts a failure; returns what is to be said of it, empty for nothing. */
  public Optional<String> failed(String why) {
    // Dates, ports and the like make no other kind of it.
    String name = why.replaceAll("\\d+", "#");
    Kind kind = kinds.get(name);
    if (kind == null) {
      kind = kinds.computeIfAbsent(kinds.size() < MOST_KINDS ? name : OTHERS, n -> new Kind());
    }
    long now = nanos.getAsLong();
    kind.times++;
    if (kind.times == 1) {
      kind.next = now + kind.pause;
      return Optional.of(why);
    }
    if (now - kind.next < 0) {
      return Optional.empty();
    }
    kind.pause = Math.min(LONGEST_NANOS, kind.pause * 2);
    kind.next = now + kind.pause;
    return Optional.of(why + " (" + kind.times + " times)");
  }

  /** All is well for a while: what fails from now on is new. */
  public void forget() {
    kinds.clear();
  }
}
