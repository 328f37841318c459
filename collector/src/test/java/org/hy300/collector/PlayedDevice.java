// SPDX-License-Identifier: Apache-2.0
// A device that is an MQTT client of a few hundred bytes: for tests with more devices than the
// machine can run agents.
package org.hy300.collector;

import io.netty.handler.codec.mqtt.MqttQoS;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.mqtt.MqttClient;
import io.vertx.mqtt.MqttClientOptions;
import io.vertx.mqtt.MqttClientWillOptions;
import io.vertx.mqtt.messages.MqttPublishMessage;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.hy300.contract.CommandMessage;
import org.hy300.contract.ErrorCode;
import org.hy300.contract.InfoMessage;
import org.hy300.contract.MalformedMessageException;
import org.hy300.contract.ReplyMessage;
import org.hy300.contract.ReplyMessage.Status;
import org.hy300.contract.StatusMessage;
import org.hy300.contract.Topics;
import org.hy300.mqtt.BrokerAddress;

/**
 * Answers like an agent: it runs an identifier once and repeats its reply. After a kill it reports
 * accepted commands as interrupted. Like an agent's journal, its memory survives a kill.
 */
public final class PlayedDevice {
  private volatile Vertx vertx;
  private final BrokerAddress broker;
  private final Topics topics = Topics.standard();
  private final String name;
  private final String site;
  private volatile long workMs;
  private final Map<String, ReplyMessage> replies = new ConcurrentHashMap<>();
  private final Map<String, String> topicsById = new ConcurrentHashMap<>();
  private final List<String> executed = new CopyOnWriteArrayList<>();
  private final List<CommandMessage> heard = new CopyOnWriteArrayList<>();
  private volatile MqttClient client;
  private int sessions;
  private volatile boolean silent;
  private volatile List<String> commands = List.of();
  private volatile Status ending = Status.DONE;

  /**
   * Creates a device; {@link #connect} brings it online.
   *
   * @param workMs how long a command takes
   */
  public PlayedDevice(BrokerAddress broker, String name, String site, long workMs) {
    this.broker = broker;
    this.name = name;
    this.site = site;
    this.workMs = workMs;
  }

  public String name() {
    return name;
  }

  /** Identifiers in the order of execution; one that ran twice is in it twice. */
  public List<String> executed() {
    return executed;
  }

  /** All received commands, including repeated ones. */
  public List<CommandMessage> heard() {
    return heard;
  }

  /** Whether the command has ended here, even if nobody got the reply. */
  public boolean hasEnded(String id) {
    ReplyMessage reply = replies.get(id);
    return reply != null && reply.status().isTerminal();
  }

  /** Lists the commands that it takes, from the next connection on. */
  public PlayedDevice taking(String... names) {
    commands = List.of(names);
    return this;
  }

  /** Whether to send no replies from now on, as if they were lost. */
  public void silent(boolean now) {
    silent = now;
  }

  /** Sets the result of later commands. */
  public void ends(Status status) {
    ending = status;
  }

  /** Sets how long later commands take. */
  public void takes(long milliseconds) {
    workMs = milliseconds;
  }

  /**
   * Connects with a new session, and answers the pending commands of the last one.
   *
   * @param on closing it kills the device: the broker gets nothing more and sends the Will
   */
  public Future<Void> connect(Vertx on) {
    vertx = on;
    String session = name + "-" + ++sessions;
    MqttClient fresh =
        MqttClient.create(
            vertx,
            new MqttClientOptions()
                .setClientId("played-" + name)
                .setMaxInflightQueue(1000)
                .setWillOptions(
                    new MqttClientWillOptions()
                        .setTopic(topics.status(name))
                        .setMessageBytes(
                            new StatusMessage(false, session, Instant.now()).toBuffer())
                        .setQos(1)
                        .setRetain(true)));
    fresh.publishHandler(message -> received(fresh, message));
    return fresh
        .connect(broker.port(), broker.host())
        .compose(connected -> fresh.subscribe(topics.commandsOf(name), 1))
        .compose(
            subscribed -> {
              client = fresh;
              retain(topics.info(name), info(session));
              return retain(
                  topics.status(name), new StatusMessage(true, session, Instant.now()).toBuffer());
            })
        .onSuccess(online -> answerInterrupted())
        .mapEmpty();
  }

  private Buffer info(String session) {
    return new InfoMessage(
            session,
            Instant.now(),
            "HY300",
            "6.1.0",
            "0.1.0",
            "b1",
            Map.of("site", site),
            List.of("motor"),
            new TreeMap<>(),
            commands,
            Map.of(),
            Map.of())
        .toBuffer();
  }

  private Future<Integer> retain(String topic, Buffer payload) {
    return client.publish(topic, payload, MqttQoS.AT_LEAST_ONCE, false, true);
  }

  /** Publishes as the device. */
  public Future<Integer> publish(String topic, Buffer payload, boolean retained) {
    return client.publish(topic, payload, MqttQoS.AT_LEAST_ONCE, false, retained);
  }

  private void answerInterrupted() {
    replies
        .values()
        .forEach(
            reply -> {
              if (!reply.status().isTerminal()) {
                reply(
                    client,
                    ReplyMessage.ended(
                        reply.id(), Status.FAILED, ErrorCode.INTERRUPTED, "the device was killed"));
              }
            });
  }

  private void received(MqttClient from, MqttPublishMessage message) {
    Optional<Topics.Parsed> topic = topics.parse(message.topicName());
    if (topic.isEmpty() || from != client) {
      return;
    }
    try {
      CommandMessage command = CommandMessage.parse(message.payload());
      heard.add(command);
      topicsById.put(command.id(), topic.get().subsystem() + "/" + topic.get().action());
      take(from, command);
    } catch (MalformedMessageException e) {
      throw new IllegalStateException(e);
    }
  }

  private void take(MqttClient from, CommandMessage command) {
    ReplyMessage known = replies.get(command.id());
    if (known != null) {
      reply(from, known);
    } else if (command.expires().isBefore(Instant.now())) {
      reply(
          from,
          ReplyMessage.ended(command.id(), Status.EXPIRED, ErrorCode.EXPIRED, "it came late"));
    } else {
      executed.add(command.id());
      reply(from, ReplyMessage.accepted(command.id()));
      vertx.setTimer(
          Math.max(1, workMs),
          done -> {
            if (from == client) {
              reply(from, end(command));
            }
          });
    }
  }

  private ReplyMessage end(CommandMessage command) {
    return ending == Status.DONE
        ? ReplyMessage.done(command.id(), command.args().isEmpty() ? null : command.args())
        : ReplyMessage.ended(command.id(), ending, ErrorCode.DRIVER, "it is told to");
  }

  private void reply(MqttClient to, ReplyMessage reply) {
    // A test that sees the end may change it for the next reply.
    boolean lost = silent;
    replies.put(reply.id(), reply);
    if (!lost) {
      String[] name = topicsById.get(reply.id()).split("/", 2);
      to.publish(
          topics.reply(this.name, name[0], name[1]),
          reply.toBuffer(),
          MqttQoS.AT_LEAST_ONCE,
          false,
          false);
    }
  }

  /** Disconnects cleanly. */
  public Future<Void> close() {
    MqttClient open = client;
    client = null;
    return open == null || !open.isConnected() ? Future.succeededFuture() : open.disconnect();
  }
}
