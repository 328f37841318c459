// SPDX-License-Identifier: Apache-2.0
// The rate limit for one device's messages: a token bucket in a single number, because there are
// many devices.
package org.hy300.collector.fleet;

import java.util.concurrent.TimeUnit;

/** Belongs to the thread that delivers the messages. */
final class Pace {
  /** Seconds' worth of messages that may come at once, such as events that waited for a broker. */
  static final int BURST_SECONDS = 100;

  /** When the bucket will be full again, in the time of System.nanoTime(). */
  private long fullNanos;

  /** Whether it has been used: no time is earlier than all others. */
  private boolean begun;

  /**
   * Takes a token.
   *
   * @param perSecond tokens added per second
   * @return false if there is none
   */
  boolean take(long nanos, int perSecond) {
    long each = TimeUnit.SECONDS.toNanos(1) / perSecond;
    long full = begun && fullNanos - nanos > 0 ? fullNanos : nanos;
    begun = true;
    if (full - nanos > TimeUnit.SECONDS.toNanos(BURST_SECONDS) - each) {
      return false;
    }
    fullNanos = full + each;
    return true;
  }
}
