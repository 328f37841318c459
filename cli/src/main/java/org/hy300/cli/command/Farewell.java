// SPDX-License-Identifier: Apache-2.0
// After Ctrl-C, prints how to get the command's result later.
package org.hy300.cli.command;

import org.hy300.cli.terminal.Terminal;

/** Active from its creation until {@link #end}. */
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
      // The program is ending, and has printed the line.
    }
  }
}
