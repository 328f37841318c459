// SPDX-License-Identifier: Apache-2.0
// The program's exit statuses, for scripts.
package org.hy300.cli.client;

/** For several devices, the highest one is used. */
public final class Exit {
  public static final int DONE = 0;
  public static final int FAILED = 1;
  public static final int USAGE = 2;
  public static final int COLLECTOR = 3;
  public static final int UNANSWERED = 4;
  public static final int NO_DEVICE = 5;

  /** An internal error of this program, EX_SOFTWARE in sysexits.h. */
  public static final int CRASHED = 70;

  private Exit() {}

  /** For a reply, or for one device of a command. */
  public static int of(CommandAnswer.Outcome outcome) {
    return switch (outcome.status()) {
      case "done" -> DONE;
      case "failed", "rejected", "cancelled" -> FAILED;
      default -> UNANSWERED;
    };
  }
}
