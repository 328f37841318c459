// SPDX-License-Identifier: Apache-2.0
// The result of a command, at one device or at several.
package org.hy300.cli.command;

import org.hy300.cli.client.CommandAnswer.Command;
import org.hy300.cli.client.CommandAnswer.Outcome;
import org.hy300.cli.client.CommandAnswer.Reply;
import org.hy300.cli.client.CommandAnswer.Target;
import org.hy300.cli.client.Exit;
import org.hy300.cli.terminal.Table;
import org.hy300.cli.terminal.Terminal;
import org.hy300.cli.terminal.Values;

/** Prints results, and returns the exit status. */
final class Replies {
  private Replies() {}

  /** A reply of one device: a line on standard output, or on standard error if it failed. */
  static int one(String device, String command, Reply reply, boolean json, boolean shows) {
    Outcome outcome = reply.outcome();
    int exit = Exit.of(outcome);
    if (json) {
      if (shows) {
        Terminal.OUT.println(reply.json().encode());
      }
    } else if (exit != Exit.DONE) {
      Terminal.say(device + ": " + command + " " + outcome.status() + ": " + outcome.message());
    } else if (shows) {
      new Table().row(device, outcome.status(), result(outcome)).print();
    }
    return exit;
  }

  /** A command that the collector has stored: a line for each device. */
  static int several(Command command, boolean json) {
    int exit = Exit.DONE;
    Table table = new Table();
    for (Target each : command.targets()) {
      Outcome outcome = each.outcome();
      int its = Exit.of(outcome);
      exit = Math.max(exit, its);
      table.row(
          each.device(), outcome.status(), its == Exit.DONE ? result(outcome) : outcome.message());
    }
    if (json) {
      Terminal.OUT.println(command.json().encode());
    } else {
      table.print();
    }
    return exit;
  }

  private static String result(Outcome outcome) {
    return outcome.result().map(Values::pairs).orElse("");
  }
}
