// SPDX-License-Identifier: Apache-2.0
// The limits that both sides of the contract observe.
package org.hy300.contract;

/** Sizes and times that agent and collector agree on (specification: messages). */
public final class Limits {
  /** Largest payload of a JSON message, in bytes. */
  public static final int MAX_PAYLOAD_BYTES = 64 * 1024;

  /** Largest snapshot, in bytes. */
  public static final int MAX_SNAPSHOT_BYTES = 1024 * 1024;

  /** Deepest nesting of objects and arrays in any input, including the outermost one. */
  public static final int MAX_NESTING = 16;

  /**
   * The same for {@code args}, {@code result} and {@code data}, which answers and journals wrap.
   */
  public static final int MAX_FIELD_NESTING = 12;

  /** Longest command identifier, in characters. */
  public static final int MAX_ID_LENGTH = 64;

  /** A state that does not change is sent again after this many seconds. */
  public static final int HEARTBEAT_SECONDS = 60;

  /** Default MQTT keep-alive, in seconds. */
  public static final int KEEP_ALIVE_SECONDS = 20;

  /**
   * A broker declares a silent client dead, and sends its Will, after this many keep-alives (MQTT
   * 3.1.1, 3.1.2.10).
   */
  public static final double KEEP_ALIVE_GRACE = 1.5;

  /** Highest process identifier (linux/threads.h: PID_MAX_LIMIT of 64 bit). */
  public static final int MAX_PID = 4 * 1024 * 1024;

  private Limits() {}
}
