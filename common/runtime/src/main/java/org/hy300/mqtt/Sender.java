// SPDX-License-Identifier: Apache-2.0
// What a session sends: written while there is room, kept until the broker has answered for it.
package org.hy300.mqtt;

import io.netty.handler.codec.mqtt.MqttProperties;
import io.netty.handler.codec.mqtt.MqttQoS;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.mqtt.MqttClient;
import io.vertx.mqtt.MqttException;
import io.vertx.mqtt.messages.MqttPubAckMessage;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Supplier;

/** Sends over the connection that it was given last. Belongs to the session's event loop. */
final class Sender {
  /** Messages that are sent and not acknowledged. */
  static final int WINDOW = 16;

  private final Outbox outbox;
  private final Protocol protocol;
  private final MqttSession.Listener listener;
  private final SessionLog log;
  private final BiConsumer<MqttClient, Throwable> broken;

  /** Null while there is no connection whose subscriptions stand. */
  private MqttClient client;

  private Promise<Void> drained;

  /**
   * A sender without a connection.
   *
   * @param broken is told of a connection over which something could not be written
   */
  Sender(
      int capacity,
      Protocol protocol,
      MqttSession.Listener listener,
      SessionLog log,
      BiConsumer<MqttClient, Throwable> broken) {
    outbox = new Outbox(capacity, WINDOW);
    this.protocol = protocol;
    this.listener = listener;
    this.log = log;
    this.broken = broken;
  }

  int depth() {
    return outbox.depth();
  }

  /**
   * The broker has let a connection in.
   *
   * @param most messages that it takes unacknowledged; null where it has not said
   */
  void accepted(Integer most) {
    outbox.setWindow(most == null ? WINDOW : Math.min(WINDOW, most));
  }

  /** Messages may be sent over this connection from now on. */
  void connected(MqttClient over) {
    client = over;
  }

  /** The session ends this connection; nothing is sent over it any more. */
  void disconnecting() {
    client = null;
  }

  /** What was not acknowledged waits for the next connection. */
  void disconnected() {
    client = null;
    outbox.connectionLost();
  }

  Future<Void> publish(String topic, Buffer payload, Headers headers) {
    Outbox.Message message = new Outbox.Message(topic, () -> payload, headers, false);
    Optional<Outbox.Message> oldest = outbox.addOrdered(message);
    flush();
    oldest.ifPresent(
        dropped -> {
          listener.dropped(dropped.topic());
          dropped.done().tryFail("too many messages wait for the broker");
        });
    return message.done().future();
  }

  Future<Void> publishRetained(String topic, Supplier<Buffer> payload, Headers headers) {
    Outbox.Message message = new Outbox.Message(topic, payload, headers, true);
    if (client != null) {
      outbox.addLatest(message);
      flush();
    }
    return message.done().future();
  }

  Future<Void> publishNow(String topic, Buffer payload, Headers headers) {
    return client == null
        ? Future.failedFuture("there is no connection to the broker")
        : client
            .publish(topic, payload, MqttQoS.AT_MOST_ONCE, false, false, properties(headers))
            .mapEmpty();
  }

  /** Nothing at a broker that has no place for it. */
  private MqttProperties properties(Headers headers) {
    return protocol.is5() ? headers.properties(Instant.now()) : MqttProperties.NO_PROPERTIES;
  }

  /** Complete when everything is acknowledged, the connection is lost, or after so long. */
  Future<Void> drain(long milliseconds) {
    drained = Promise.promise();
    Future<Void> empty = drained.future().timeout(milliseconds, TimeUnit.MILLISECONDS);
    flush();
    return empty.otherwiseEmpty();
  }

  /** Nobody has to wait for what is left. */
  void giveUp() {
    if (drained != null) {
      drained.tryComplete();
    }
  }

  /** Writes what waits, as much as there is room for. */
  void flush() {
    MqttClient to = client;
    while (to != null && to == client) {
      Optional<Outbox.Message> next = outbox.next();
      if (next.isEmpty()) {
        break;
      }
      Outbox.Message message = next.get();
      to.publish(
              message.topic(),
              message.payload().get(),
              MqttQoS.AT_LEAST_ONCE,
              false,
              message.latest(),
              properties(message.headers()))
          .onSuccess(packetId -> written(to, packetId))
          .onFailure(error -> notWritten(to, message, error));
    }
    if (outbox.isEmpty()) {
      giveUp();
    }
  }

  private void written(MqttClient to, int packetId) {
    if (to == client) {
      outbox.written(packetId);
      flush();
    }
  }

  private void notWritten(MqttClient to, Outbox.Message message, Throwable error) {
    boolean tooLarge =
        error instanceof MqttException refusal
            && refusal.code() == MqttException.MQTT_PACKET_TOO_LARGE;
    if (to == client && tooLarge) {
      outbox.skipped();
      refused(message.topic(), Refusal.tooLarge(message.topic()));
      flush();
    } else {
      broken.accept(to, error);
    }
  }

  /** The broker has answered for a message. */
  void acknowledged(MqttPubAckMessage puback) {
    Optional<String> topic = outbox.acknowledged(puback.messageId());
    if (topic.isPresent() && puback.code().isError()) {
      refused(topic.get(), Refusal.puback(topic.get(), puback.code()));
    }
    flush();
  }

  private void refused(String topic, Refusal refusal) {
    listener.refused(refusal);
    log.refused(topic, refusal);
  }
}
