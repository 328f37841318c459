// SPDX-License-Identifier: Apache-2.0
// The parts of a projector, as topics name them.
package org.hy300.contract;

/** Names of subsystems. A second one of a kind has a number behind: motor1. */
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

  /** The kind of a subsystem, which is its name without a number. */
  public static String kind(String subsystem) {
    return subsystem.replaceFirst("[0-9]+$", "");
  }
}
