// SPDX-License-Identifier: Apache-2.0
// How long a session waits before it connects again, by how its last connections were.
package org.hy300.mqtt;

import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/** Belongs to the session's event loop. */
final class Backoff {
  private static final long FIRST_PAUSE_MS = 250;
  private static final long LONGEST_PAUSE_MS = 30_000;

  private long pauseMs = FIRST_PAUSE_MS;
  private long connectedNanos;
  private int shortConnections;

  void connected() {
    connectedNanos = System.nanoTime();
  }

  private long ageNanos() {
    return System.nanoTime() - connectedNanos;
  }

  /**
   * The broker has closed the connection.
   *
   * @param connected whether it stood
   * @return how many in a row were short
   */
  int closed(boolean connected) {
    boolean isShort = connected && ageNanos() < TimeUnit.MILLISECONDS.toNanos(LONGEST_PAUSE_MS);
    shortConnections = isShort ? shortConnections + 1 : 0;
    return shortConnections;
  }

  /**
   * A connection that stood is lost.
   *
   * @return whether it had held for so long that the next pause is the first one again
   */
  boolean lost() {
    // Two clients of one name throw each other out for ever, but not as fast as they can.
    boolean held = ageNanos() > TimeUnit.MILLISECONDS.toNanos(LONGEST_PAUSE_MS);
    if (held) {
      pauseMs = FIRST_PAUSE_MS;
    }
    return held;
  }

  /** The pause before the next attempt, in milliseconds. */
  long next() {
    // Between half and the whole: a fleet that lost its broker must not return in one instant.
    long pause = ThreadLocalRandom.current().nextLong(pauseMs / 2, pauseMs + 1);
    pauseMs = Math.min(LONGEST_PAUSE_MS, pauseMs * 2);
    return pause;
  }
}
