// SPDX-License-Identifier: Apache-2.0
// Sends a command, waits for it, and shows its end.
package org.hy300.cli.command;

import io.vertx.core.json.JsonObject;
import java.util.Optional;
import java.util.UUID;
import org.hy300.cli.client.CollectorClient;
import org.hy300.cli.client.CommandAnswer;
import org.hy300.cli.client.Exit;
import org.hy300.cli.client.FailureException;
import org.hy300.cli.terminal.Terminal;
import org.hy300.contract.CommandCatalogue;

/**
 * A command to one or several devices.
 *
 * @param device empty for the selected devices
 * @param command such as motor/move
 */
record Order(
    Options options,
    Optional<String> device,
    Selection selection,
    String command,
    JsonObject args,
    boolean waits) {
  /** Extra time, in which the collector may ask a device for the result of an expired command. */
  private static final int GRACE_SECONDS = 15;

  int send() throws FailureException {
    return send(true);
  }

  /** Prints errors only. */
  int sendQuietly() throws FailureException {
    return send(false);
  }

  private int send(boolean shows) throws FailureException {
    int seconds = options.seconds(CommandCatalogue.DEFAULT_TIMEOUT_SECONDS);
    CollectorClient collector = options.collector();
    // Chosen here, so that the user can get the result after Ctrl-C.
    String id = UUID.randomUUID().toString();
    JsonObject body =
        new JsonObject().put("args", args).put("id", id).put("timeout_seconds", seconds);
    String path =
        device.isPresent()
            ? DeviceQuestion.path(device.get(), "/commands/" + command)
            : "/api/v1/commands";
    if (device.isEmpty()) {
      body.put("command", command).mergeIn(selection.json());
    }
    if (!waits) {
      CommandAnswer accepted =
          post(collector, path + "?async=true", body, CollectorClient.ANSWER_SECONDS);
      if (accepted instanceof CommandAnswer.Reply) {
        return end(accepted, shows);
      }
      Terminal.OUT.println(options.json() ? accepted.json().encode() : id);
      return Exit.DONE;
    }
    Farewell farewell = new Farewell(id);
    Progress progress = new Progress(this, collector, id);
    CommandAnswer answer;
    try {
      answer = post(collector, path, body, seconds + GRACE_SECONDS);
    } finally {
      progress.end();
      farewell.end();
    }
    return end(answer, shows);
  }

  /** Without an answer, the message shows how to get the result later: the command may go on. */
  private static CommandAnswer post(
      CollectorClient collector, String path, JsonObject body, int seconds)
      throws FailureException {
    try {
      return collector.post(path, body, seconds);
    } catch (FailureException e) {
      if (e.status() != Exit.UNANSWERED) {
        throw e;
      }
      throw new FailureException(
          e.status(), e.getMessage() + "; to see the result: hy300 result " + body.getString("id"));
    }
  }

  private int end(CommandAnswer answer, boolean shows) {
    return answer instanceof CommandAnswer.Reply reply
        ? Replies.one(device.orElse("the selection"), command, reply, options.json(), shows)
        : Replies.several((CommandAnswer.Command) answer, options.json());
  }
}
