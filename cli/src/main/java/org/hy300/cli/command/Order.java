// SPDX-License-Identifier: Apache-2.0
// A command on its way: sent, waited for, and its end shown.
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
 * @param device empty for those of the selection
 * @param command as motor/move
 */
record Order(
    Options options,
    Optional<String> device,
    Selection selection,
    String command,
    JsonObject args,
    boolean waits) {
  /** The collector may ask a device once more what became of a command that has expired. */
  private static final int GRACE_SECONDS = 15;

  int send() throws FailureException {
    return send(true);
  }

  /** Says only what went wrong. */
  int sendQuietly() throws FailureException {
    return send(false);
  }

  private int send(boolean shows) throws FailureException {
    int seconds = options.seconds(CommandCatalogue.DEFAULT_TIMEOUT_SECONDS);
    CollectorClient collector = options.collector();
    // Chosen here, so that who breaks off the waiting can ask for the end.
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

  /** Who gets no answer is told how to ask for the command later: it may go on. */
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
