// SPDX-License-Identifier: Apache-2.0
// The collector's session with the broker: status, info and state into the fleet, replies to the
// relay.
package org.hy300.collector.ingest;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.mqtt.messages.MqttPublishMessage;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.LongSupplier;
import org.hy300.collector.CollectorMetrics;
import org.hy300.collector.fleet.Fleet;
import org.hy300.contract.InfoMessage;
import org.hy300.contract.Limits;
import org.hy300.contract.MalformedMessageException;
import org.hy300.contract.ReplyMessage;
import org.hy300.contract.StatusMessage;
import org.hy300.contract.Topics;
import org.hy300.mqtt.MqttSession;

/** Belongs to the event loop. */
public final class FleetSubscriber implements MqttSession.Listener {
  /** How long the broker may take to send what is retained. */
  private static final long SETTLE_MS = 10_000;

  private final Vertx vertx;
  private final Topics topics;
  private final int keepAliveSeconds;
  private final Fleet fleet;
  private final CollectorMetrics own;
  private final BiConsumer<String, ReplyMessage> replies;
  private final LongSupplier silenceMs;
  private volatile boolean connected;
  private boolean everConnected;
  private long settleTimer = -1;

  /**
   * Creates the listener of a session that subscribes to {@link #subscriptions}.
   *
   * @param replies takes a device's name and its reply
   * @param silenceMs for how long the session has heard nothing from the broker
   */
  public FleetSubscriber(
      Vertx vertx,
      Topics topics,
      int keepAliveSeconds,
      Fleet fleet,
      CollectorMetrics own,
      BiConsumer<String, ReplyMessage> replies,
      LongSupplier silenceMs) {
    this.vertx = vertx;
    this.topics = topics;
    this.keepAliveSeconds = keepAliveSeconds;
    this.fleet = fleet;
    this.own = own;
    this.replies = replies;
    this.silenceMs = silenceMs;
  }

  /**
   * What to subscribe to. QoS 0 where the retained message is the truth: a broker's queue limit
   * cuts a burst of retained QoS 1 messages, and the next state repairs a lost one.
   */
  public static Map<String, Integer> subscriptions(Topics topics) {
    return Map.of(
        topics.allDevices(Topics.Kind.STATUS), 0,
        topics.allDevices(Topics.Kind.INFO), 0,
        topics.allDevices(Topics.Kind.STATE), 0);
  }

  public boolean isConnected() {
    return connected;
  }

  /** Whether the fleet's picture may be shown: the broker was heard within 1.5 keep-alives. */
  public boolean isCurrent() {
    return everConnected
        && silenceMs.getAsLong() < keepAliveSeconds * 1000 * Limits.KEEP_ALIVE_GRACE;
  }

  @Override
  public void connected() {
    connected = true;
    everConnected = true;
    settleTimer = vertx.setTimer(SETTLE_MS, timer -> fleet.settle());
  }

  @Override
  public void disconnected() {
    connected = false;
    // Not when it comes back: a broker may send what is retained before its SUBACK.
    fleet.doubtAll();
    vertx.cancelTimer(settleTimer);
  }

  @Override
  public void received(MqttPublishMessage message) {
    Optional<Topics.Parsed> parsed = topics.parse(message.topicName());
    if (parsed.isEmpty()) {
      own.dropped("illegal_topic", "topic", message.topicName());
      return;
    }
    Topics.Parsed topic = parsed.get();
    own.received(topic.kind());
    try {
      take(topic, message.payload(), message.isRetain());
    } catch (MalformedMessageException e) {
      own.dropped("malformed", topic.device(), message.topicName() + ": " + e.getMessage());
    }
  }

  private void take(Topics.Parsed topic, Buffer payload, boolean retained)
      throws MalformedMessageException {
    String device = topic.device();
    if (payload.length() == 0) {
      // An empty retained message clears the topic: how a device that is no more is removed.
      if (topic.kind() == Topics.Kind.STATUS) {
        fleet.forget(device);
      }
      return;
    }
    Instant now = Instant.now();
    switch (topic.kind()) {
      case STATUS -> {
        StatusMessage status = StatusMessage.parse(payload);
        // A Will is the broker speaking, and its time is that of the connection.
        fleet.status(device, status, retained || !status.online() ? status.time() : now);
      }
      case INFO -> {
        InfoMessage info = InfoMessage.parse(payload);
        fleet.info(device, info, retained ? info.time() : now);
      }
      case STATE -> {
        StateParser.State state = StateParser.parse(payload);
        Instant heard = retained ? state.instant() : now;
        fleet.state(device, topic.subsystem(), state, heard, retained);
      }
      case REPLY -> replies.accept(device, ReplyMessage.parse(payload));
      default -> own.dropped("illegal_topic", device, topic.kind() + " is not subscribed to");
    }
  }
}
