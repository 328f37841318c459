// SPDX-License-Identifier: Apache-2.0
// What the program's exit status tells a script.
package org.hy300.cli.client;

/** Of several devices the highest counts. */
public final class Exit {
  public static final int DONE = 0;
  public static final int FAILED = 1;
  public static final int USAGE = 2;
  public static final int COLLECTOR = 3;
  public static final int UNANSWERED = 4;
  public static final int NO_DEVICE = 5;

  /** A fault of this program: sysexits.h calls it EX_SOFTWARE. */
  public static final int CRASHED = 70;

  private Exit() {}

  /** For a reply, or for a device's part of a command. */
  public static int of(CommandAnswer.Outcome outcome) {
    return switch (outcome.status()) {
      case "done" -> DONE;
      case "failed", "rejected", "cancelled" -> FAILED;
      default -> UNANSWERED;
    };
  }
}
