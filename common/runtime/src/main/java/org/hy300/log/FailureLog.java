// SPDX-License-Identifier: Apache-2.0
// Decides which failures of a connection are worth a line: the first of a kind, then ever fewer.
package org.hy300.log;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * A new kind of failure gets a line. While it repeats itself, further lines come after a minute,
 * then after twice as long each time, up to an hour. They contain how often it has happened.
 */
public final class FailureLog {
  private static final long FIRST_NANOS = TimeUnit.MINUTES.toNanos(1);
  private static final long LONGEST_NANOS = TimeUnit.HOURS.toNanos(1);

  /** Failures with texts of a peer's choice must not fill the memory: the others are one kind. */
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
   * Creates a log without failures.
   *
   * @param nanos a clock that never goes back, such as {@link System#nanoTime}
   */
  public FailureLog(LongSupplier nanos) {
    this.nanos = nanos;
  }

  /** Counts a failure; returns its line, empty for none. */
  public Optional<String> failed(String why) {
    // Dates, ports and other numbers do not make it another kind.
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
