// SPDX-License-Identifier: Apache-2.0
// The parts of a projector, with their names in topics.
package org.hy300.contract;

/** Names of subsystems. A second one of a kind has a number as suffix: motor1. */
public final class Subsystems {
  /** The agent itself. */
  public static final String AGENT = "agent";

  /** Temperatures and fans. */
  public static final String BOARD = "board";

  /** The co-processor. */
  public static final String MIPS = "mips";

  /** The keystone motor. */
  public static final String MOTOR = "motor";

  /** Watched processes. */
  public static final String PROCESS = "process";

  /** The HDMI input. */
  public static final String TVCAP = "tvcap";

  private Subsystems() {}

  /** The kind of a subsystem: its name without the number. */
  public static String kind(String subsystem) {
    return subsystem.replaceFirst("[0-9]+$", "");
  }
}
