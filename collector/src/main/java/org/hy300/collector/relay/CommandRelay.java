// SPDX-License-Identifier: Apache-2.0
// Sends a command to a device until it is heard, and waits for its terminal reply.
package org.hy300.collector.relay;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.hy300.collector.CollectorMetrics;
import org.hy300.contract.CommandMessage;
import org.hy300.contract.ErrorCode;
import org.hy300.contract.ReplyMessage;
import org.hy300.contract.ReplyMessage.Status;
import org.hy300.contract.Topics;
import org.hy300.mqtt.MqttSession;

/** Belongs to the event loop. Repeating is harmless, for an agent executes an identifier once. */
public final class CommandRelay {
  private static final Logger LOG = System.getLogger(CommandRelay.class.getName());

  private static final long RESEND_MS = 5_000;

  private final Vertx vertx;
  private final MqttSession mqtt;
  private final Topics topics;
  private final CollectorMetrics own;
  private final Map<String, Pending> pending = new HashMap<>();

  public CommandRelay(Vertx vertx, MqttSession mqtt, Topics topics, CollectorMetrics own) {
    this.vertx = vertx;
    this.mqtt = mqtt;
    this.topics = topics;
    this.own = own;
  }

  /** A command on its way. */
  public record Request(
      String device, String subsystem, String action, String id, JsonObject args) {
    private String key() {
      return device + "/" + id;
    }

    private boolean isSameAs(Request other) {
      return subsystem.equals(other.subsystem)
          && action.equals(other.action)
          && args.equals(other.args);
    }
  }

  private final class Pending {
    private final Request request;
    private final Promise<ReplyMessage> answer = Promise.promise();
    private boolean heard;
    private long resendTimer = -1;
    private long timeoutTimer = -1;

    Pending(Request request) {
      this.request = request;
    }

    private void end(ReplyMessage reply) {
      pending.remove(request.key());
      vertx.cancelTimer(resendTimer);
      vertx.cancelTimer(timeoutTimer);
      String result = reply.status().isTerminal() ? reply.status().word() : "unanswered";
      own.command(request.subsystem + "/" + request.action, result);
      LOG.log(
          Level.INFO,
          "command {0} to {1} {2}/{3} {4}: {5}",
          request.id,
          request.device,
          request.subsystem,
          request.action,
          request.args.encode(),
          result);
      answer.complete(reply);
    }
  }

  /**
   * Sends a command.
   *
   * @param timeout both until when it may begin and how long its end is waited for
   * @return the terminal reply; one of status `accepted` or `expired` with the code `timeout` when
   *     none came in time. Empty when another command of that identifier is under way.
   */
  public Optional<Future<ReplyMessage>> send(Request request, Duration timeout) {
    Pending same = pending.get(request.key());
    if (same != null) {
      return same.request.isSameAs(request) ? Optional.of(same.answer.future()) : Optional.empty();
    }
    Pending command = new Pending(request);
    pending.put(request.key(), command);
    Instant issued = Instant.now();
    CommandMessage message =
        new CommandMessage(request.id, issued, issued.plus(timeout), request.args);
    publish(request, message);
    command.resendTimer =
        vertx.setPeriodic(
            RESEND_MS,
            timer -> {
              if (!command.heard && mqtt.isConnected()) {
                publish(request, message);
              }
            });
    command.timeoutTimer =
        vertx.setTimer(timeout.toMillis(), timer -> command.end(unanswered(command, timeout)));
    return Optional.of(command.answer.future());
  }

  private void publish(Request request, CommandMessage message) {
    mqtt.publish(
        topics.command(request.device, request.subsystem, request.action), message.toBuffer());
  }

  private static ReplyMessage unanswered(Pending command, Duration timeout) {
    String within = " within " + timeout.toSeconds() + " s";
    return command.heard
        ? ReplyMessage.ended(
            command.request.id,
            Status.ACCEPTED,
            ErrorCode.TIMEOUT,
            "accepted, but it did not end" + within + "; ask again with the same id")
        : ReplyMessage.ended(
            command.request.id,
            Status.EXPIRED,
            ErrorCode.TIMEOUT,
            "the device did not answer" + within);
  }

  /** Whether a command would leave now. */
  public boolean isConnected() {
    return mqtt.isConnected();
  }

  /** Takes a reply from a device. Those to commands of other senders are not ours to judge. */
  public void reply(String device, ReplyMessage reply) {
    Pending command = pending.get(device + "/" + reply.id());
    if (command == null) {
      return;
    }
    command.heard = true;
    if (reply.status().isTerminal()) {
      command.end(reply);
    }
  }
}
