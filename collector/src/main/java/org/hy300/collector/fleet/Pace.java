// SPDX-License-Identifier: Apache-2.0
// How many messages one device may bring: a token bucket in one number, for there are many devices.
package org.hy300.collector.fleet;

import java.util.concurrent.TimeUnit;

/** Belongs to the thread that brings the messages. */
final class Pace {
  /** Seconds' worth of messages that may come at once, such as events that waited for a broker. */
  static final int BURST_SECONDS = 100;

  /** When the bucket is full again, in the time of System.nanoTime(). */
  private long fullNanos;

  /** Whether it has been asked before: no time is earlier than all others. */
  private boolean begun;

  /**
   * Takes a token.
   *
   * @param perSecond tokens that come in a second
   * @return false when there is none
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
