// SPDX-License-Identifier: Apache-2.0
// The relay's own session with the broker: commands, their replies, and commands to the fleet.
package org.hy300.collector.relay;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.mqtt.messages.MqttPublishMessage;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.hy300.collector.metrics.CollectorMetrics;
import org.hy300.contract.MalformedMessageException;
import org.hy300.contract.ReplyMessage;
import org.hy300.contract.Topics;
import org.hy300.mqtt.BrokerAccess;
import org.hy300.mqtt.MqttSession;
import org.hy300.mqtt.Refusal;
import org.hy300.mqtt.Subscription;

/**
 * Separate from the session that receives the fleet's messages. So a reply neither waits behind a
 * hundred thousand states, or the events of a flooding projector, nor is lost when they fill the
 * broker's queue for that session. Belongs to the event loop.
 */
public final class RelaySession implements MqttSession.Listener {
  /** Room for commands and replies that wait for the broker. */
  private static final int OUTBOX = 10_000;

  private final Topics topics;
  private final CollectorMetrics own;
  private final MqttSession mqtt;
  private CommandRelay relay;
  private FleetCommands fleetCommands;
  private ForeignCommands foreign;
  private volatile boolean connected;

  /** Creates a session; {@link #start} connects it. */
  public RelaySession(
      Vertx vertx, BrokerAccess broker, int keepAliveSeconds, Topics topics, CollectorMetrics own) {
    this.topics = topics;
    this.own = own;
    mqtt =
        new MqttSession(
            vertx,
            new MqttSession.Options(
                broker,
                MqttSession.ID_PREFIX + "relay-" + UUID.randomUUID(),
                keepAliveSeconds,
                subscriptions(topics),
                OUTBOX),
            null,
            this);
  }

  /** No topics on which a device may send as much as it likes. */
  static List<Subscription> subscriptions(Topics topics) {
    // Commands to the fleet are among the commands.
    return List.of(
        Subscription.of(topics.allDevices(Topics.Kind.REPLY), 1),
        Subscription.asPublished(topics.allDevices(Topics.Kind.COMMAND), 1));
  }

  /** The session that sends commands. */
  public MqttSession mqtt() {
    return mqtt;
  }

  public boolean isConnected() {
    return connected;
  }

  /** Connects, and passes messages on. */
  public void start(CommandRelay to, FleetCommands fleet, ForeignCommands others) {
    relay = to;
    fleetCommands = fleet;
    foreign = others;
    mqtt.start();
  }

  @Override
  public void connected() {
    connected = true;
    relay.connected();
  }

  @Override
  public void disconnected() {
    connected = false;
  }

  @Override
  public void received(MqttPublishMessage message) {
    String topic = message.topicName();
    Optional<Topics.Parsed> fleet = topics.parseFleetCommand(topic);
    Optional<Topics.Parsed> device = topics.parse(topic);
    if (fleet.isPresent()) {
      own.received(Topics.Kind.COMMAND);
      fleetCommands.received(fleet.get(), message.payload(), message.isRetain());
    } else if (device.isPresent()) {
      own.received(device.get().kind());
      take(device.get(), message.payload(), message.isRetain());
    } else if (!topics.isFleetReply(topic)) {
      // The collectors' own replies share the devices' filter.
      own.dropped("illegal_topic", "topic", topic);
    }
  }

  @Override
  public void failed(String topic) {
    own.failed(topics, topic);
  }

  @Override
  public void refused(Refusal refusal) {
    own.refused(refusal.packet(), refusal.reason());
  }

  private void take(Topics.Parsed topic, Buffer payload, boolean retained) {
    String device = topic.device();
    if (topic.kind() == Topics.Kind.COMMAND) {
      foreign.heard(topic, payload, retained);
      return;
    }
    if (topic.kind() != Topics.Kind.REPLY) {
      own.dropped("illegal_topic", device, topic.kind() + " is not subscribed to");
      return;
    }
    try {
      relay.reply(device, ReplyMessage.parse(payload));
    } catch (MalformedMessageException e) {
      own.dropped("malformed", device, topic.kind() + ": " + e.getMessage());
    }
  }
}
