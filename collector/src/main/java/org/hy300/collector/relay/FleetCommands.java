// SPDX-License-Identifier: Apache-2.0
// Commands to the fleet over MQTT: relays them and sends one reply for all devices.
package org.hy300.collector.relay;

import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.hy300.collector.access.Principal;
import org.hy300.collector.fleet.Fleet;
import org.hy300.collector.metrics.CollectorMetrics;
import org.hy300.contract.CommandMessage;
import org.hy300.contract.ErrorCode;
import org.hy300.contract.Limits;
import org.hy300.contract.MalformedMessageException;
import org.hy300.contract.ReplyMessage;
import org.hy300.contract.ReplyMessage.Status;
import org.hy300.contract.Topics;
import org.hy300.mqtt.MqttSession;

/** The access list of the broker limits who can send these commands. Belongs to the event loop. */
public final class FleetCommands {
  private final MqttSession mqtt;
  private final Topics topics;
  private final Fleet fleet;
  private final CommandIntake intake;
  private final RelayStore store;
  private final CollectorMetrics own;

  public FleetCommands(
      MqttSession mqtt,
      Topics topics,
      Fleet fleet,
      CommandIntake intake,
      RelayStore store,
      CollectorMetrics own) {
    this.mqtt = mqtt;
    this.topics = topics;
    this.fleet = fleet;
    this.intake = intake;
    this.store = store;
    this.own = own;
  }

  /** Sends the replies that an earlier run has not sent. */
  public void start() {
    for (Command command : store.commands()) {
      if (command.request().via() == CommandRequest.Via.MQTT && !command.isTold()) {
        command.ended().onSuccess(ended -> tell(command));
      }
    }
  }

  /** Takes a message from a fleet command topic. */
  public void received(Topics.Parsed topic, Buffer payload, boolean retained) {
    String id =
        payload.length() > Limits.MAX_PAYLOAD_BYTES ? null : CommandMessage.idOrNull(payload);
    if (id == null) {
      own.dropped(
          "malformed", Topics.FLEET, topic.subsystem() + "/" + topic.action() + ": no usable 'id'");
      return;
    }
    Command known = store.find(id);
    if (known != null && !retained && known.request().name().equals(name(topic))) {
      answerAgain(known);
      return;
    }
    try {
      take(topic, payload, retained);
    } catch (MalformedMessageException e) {
      refuse(topic, id, ErrorCode.MALFORMED, e.getMessage());
    } catch (RefusedException e) {
      refuse(topic, id, e.code(), e.getMessage());
    } catch (Throwable e) {
      // The session logs a bug of ours; the sender gets a reply all the same.
      if (store.find(id) == null) {
        answer(
            topic,
            id,
            Status.FAILED,
            ErrorCode.INTERNAL,
            "the collector has made a mistake; it is in its log");
      }
      throw e;
    }
  }

  private static String name(Topics.Parsed topic) {
    return topic.subsystem() + "/" + topic.action();
  }

  /** The same command again: its sender has missed the reply. */
  private void answerAgain(Command known) {
    if (known.isOpen()) {
      reply(known.request(), ReplyMessage.accepted(known.request().id()));
    } else {
      tell(known);
    }
  }

  private void take(Topics.Parsed topic, Buffer payload, boolean retained)
      throws MalformedMessageException, RefusedException {
    CommandMessage message = CommandMessage.parse(payload);
    if (retained) {
      throw new RefusedException(
          ErrorCode.RETAINED, "a command must not be retained; clear its topic");
    }
    Selection selection = Selection.of(new JsonObject(payload), fleet);
    Command command =
        intake.take(
            new CommandRequest(
                message.id(),
                topic.subsystem(),
                topic.action(),
                message.args(),
                Instant.now().truncatedTo(ChronoUnit.MILLIS),
                message.expires(),
                Principal.BROKER.name(),
                CommandRequest.Via.MQTT,
                selection.asked()),
            Principal.BROKER,
            selection);
    command.kept().onSuccess(kept -> reply(command.request(), ReplyMessage.accepted(message.id())));
    command.ended().onSuccess(ended -> tell(command));
  }

  private void tell(Command command) {
    reply(command.request(), command.summary()).onSuccess(arrived -> store.told(command));
  }

  private Future<Void> reply(CommandRequest request, ReplyMessage reply) {
    return mqtt.publish(topics.fleetReply(request.subsystem(), request.action()), reply.toBuffer());
  }

  private void refuse(Topics.Parsed topic, String id, String code, String message) {
    Status status = code.equals(ErrorCode.EXPIRED) ? Status.EXPIRED : Status.REJECTED;
    answer(topic, id, status, code, message);
  }

  private void answer(Topics.Parsed topic, String id, Status status, String code, String message) {
    mqtt.publish(
        topics.fleetReply(topic.subsystem(), topic.action()),
        ReplyMessage.ended(id, status, code, message).toBuffer());
  }
}
