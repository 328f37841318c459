// SPDX-License-Identifier: Apache-2.0
// What the program's exit status tells a script.
package org.hy300.cli;

import io.vertx.core.json.JsonObject;

/** Of several devices the highest counts. */
final class Exit {
  static final int DONE = 0;
  static final int FAILED = 1;
  static final int USAGE = 2;
  static final int COLLECTOR = 3;
  static final int UNANSWERED = 4;
  static final int NO_DEVICE = 5;

  private Exit() {}

  /** For a reply, or for a device's part of a command. */
  static int of(JsonObject reply) {
    return switch (reply.getString("status", "")) {
      case "done" -> DONE;
      case "failed", "rejected", "cancelled" -> FAILED;
      default -> UNANSWERED;
    };
  }
}
