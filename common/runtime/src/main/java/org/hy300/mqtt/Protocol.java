// SPDX-License-Identifier: Apache-2.0
// Which MQTT the next connection speaks: 5 where the broker does, else 3.1.1.
package org.hy300.mqtt;

import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Begins with MQTT 5 and falls back when the broker refuses it, or closes {@value #CLOSES}
 * connections in a row before it has answered one. MQTT 5 is tried again by the first connection
 * after an hour, and at once when MQTT 3.1.1 does no better. Belongs to the session's event loop.
 */
final class Protocol {
  static final int MQTT_5 = 5;
  static final int MQTT_3_1_1 = 4;

  static final int CLOSES = 3;

  private static final long RETRY_NANOS = TimeUnit.HOURS.toNanos(1);

  private final LongSupplier clock;
  private int version = MQTT_5;
  private int closes;
  private long fellBackNanos;
  private boolean said;

  /** Measures the hour by this clock of nanoseconds. */
  Protocol(LongSupplier clock) {
    this.clock = clock;
  }

  /** The version for the next connection. */
  int next() {
    if (version == MQTT_3_1_1 && clock.getAsLong() - fellBackNanos >= RETRY_NANOS) {
      version = MQTT_5;
      closes = 0;
    }
    return version;
  }

  /** The version of the connection that was tried last. */
  int version() {
    return version;
  }

  boolean is5() {
    return version == MQTT_5;
  }

  /** The broker has let the connection in. */
  void accepted() {
    closes = 0;
  }

  /**
   * The broker has said that it does not know this version.
   *
   * @return whether this is to be said: the first time that the session falls back
   */
  boolean refused() {
    return other();
  }

  /**
   * The broker has closed the connection before a CONNACK.
   *
   * @return as {@link #refused} does
   */
  boolean closedUnanswered() {
    closes++;
    // Of MQTT 3.1.1 once is enough: a broker that closes whatever comes has no favourite.
    return (version == MQTT_3_1_1 || closes >= CLOSES) && other();
  }

  private boolean other() {
    closes = 0;
    if (version == MQTT_3_1_1) {
      version = MQTT_5;
      return false;
    }
    version = MQTT_3_1_1;
    fellBackNanos = clock.getAsLong();
    boolean first = !said;
    said = true;
    return first;
  }

  @Override
  public String toString() {
    return is5() ? "MQTT 5" : "MQTT 3.1.1";
  }
}
