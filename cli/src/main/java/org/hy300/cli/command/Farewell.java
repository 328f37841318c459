// SPDX-License-Identifier: Apache-2.0
// Tells who ends the waiting, with Ctrl-C, how to ask for the command later.
package org.hy300.cli.command;

import org.hy300.cli.terminal.Terminal;

/** Until it is ended. */
final class Farewell {
  private final Thread hook;

  Farewell(String id) {
    hook =
        new Thread(
            () -> {
              Progress.clear();
              Terminal.say("stopped waiting. To see the result: hy300 result " + id);
            });
    Runtime.getRuntime().addShutdownHook(hook);
  }

  void end() {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // The program is being ended, and the line is said.
    }
  }
}
