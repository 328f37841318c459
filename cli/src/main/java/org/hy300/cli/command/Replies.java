// SPDX-License-Identifier: Apache-2.0
// What became of a command, at one device or at several.
package org.hy300.cli.command;

import io.vertx.core.json.JsonObject;
import org.hy300.cli.client.Exit;
import org.hy300.cli.terminal.Table;
import org.hy300.cli.terminal.Terminal;
import org.hy300.cli.terminal.Values;

/** Shows it, and says which exit status it means. */
final class Replies {
  private Replies() {}

  /** A reply of one device: a line on standard output, or one on standard error if it failed. */
  static int one(String device, String command, JsonObject reply, boolean json, boolean shows) {
    int exit = Exit.of(reply);
    String status = reply.getString("status");
    if (json) {
      if (shows) {
        Terminal.OUT.println(reply.encode());
      }
    } else if (exit != Exit.DONE) {
      Terminal.say(device + ": " + command + " " + status + ": " + message(reply));
    } else if (shows) {
      new Table().row(device, status, Values.pairs(reply.getJsonObject("result"))).print();
    }
    return exit;
  }

  /** A command as the collector remembers it: a line for each device. */
  static int several(JsonObject command, boolean json) {
    int exit = Exit.DONE;
    Table table = new Table();
    for (Object each : command.getJsonArray("targets")) {
      JsonObject target = (JsonObject) each;
      int its = Exit.of(target);
      exit = Math.max(exit, its);
      table.row(
          target.getString("device"),
          target.getString("status"),
          its == Exit.DONE ? Values.pairs(target.getJsonObject("result")) : message(target));
    }
    if (json) {
      Terminal.OUT.println(command.encode());
    } else {
      table.print();
    }
    return exit;
  }

  private static String message(JsonObject reply) {
    return reply.getJsonObject("error", new JsonObject()).getString("message", "");
  }
}
