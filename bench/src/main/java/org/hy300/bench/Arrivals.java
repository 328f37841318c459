// SPDX-License-Identifier: Apache-2.0
// Records the times of arrivals.
package org.hy300.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** Written on one thread, read on another. */
final class Arrivals {
  private static final int FIRST_SECONDS = 20;
  private static final int QUIET_SECONDS = 3;

  private final BlockingQueue<Long> times = new LinkedBlockingQueue<>();

  /** Records an arrival, in ns of CLOCK_MONOTONIC. */
  void now() {
    times.add(System.nanoTime());
  }

  /** Waits for one arrival. */
  long next() throws InterruptedException {
    Long time = times.poll(FIRST_SECONDS, TimeUnit.SECONDS);
    if (time == null) {
      throw new IllegalStateException("nothing has arrived for " + FIRST_SECONDS + " s");
    }
    return time;
  }

  /** Waits until arrivals stop, and returns all of them. */
  List<Long> untilQuiet() throws InterruptedException {
    List<Long> all = new ArrayList<>(List.of(next()));
    for (Long time = times.poll(QUIET_SECONDS, TimeUnit.SECONDS);
        time != null;
        time = times.poll(QUIET_SECONDS, TimeUnit.SECONDS)) {
      all.add(time);
    }
    return all;
  }
}
