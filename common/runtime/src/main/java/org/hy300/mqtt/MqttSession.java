// SPDX-License-Identifier: Apache-2.0
// A connection to the broker that comes back by itself, on vertx-mqtt's client.
package org.hy300.mqtt;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.mqtt.messages.MqttPublishMessage;
import java.net.InetAddress;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * What vertx-mqtt's client leaves to its user: a new client for each connection, time-outs for
 * CONNACK, SUBACK and PINGRESP, back-off, subscriptions that are checked, and messages that are
 * kept until PUBACK.
 *
 * <p>MQTT 5, or 3.1.1 where the broker knows no other ({@link Protocol}); clean sessions, QoS 1 for
 * everything sent but {@link #publishNow}. All calls and callbacks happen on the event loop of the
 * context that {@link #start} was called on.
 */
public final class MqttSession {
  /**
   * Begins the client identifiers of agent and collector, for the shipped mosquitto lets in no
   * others. The colon keeps them apart from the names of projectors, which are identifiers there.
   */
  public static final String ID_PREFIX = "hy300:";

  /**
   * What a session is made of.
   *
   * @param clientId names the session at the broker; a second one of the name takes it over
   * @param keepAliveSeconds silence for longer than this is looked into
   * @param capacity most messages that wait for the broker; the oldest goes first
   */
  public record Options(
      BrokerAccess broker,
      String clientId,
      int keepAliveSeconds,
      List<Subscription> subscriptions,
      int capacity) {}

  /**
   * A retained QoS 1 message that the broker sends when the connection dies.
   *
   * @param payload a message of the contract; asked at each connect
   */
  public record Will(String topic, Supplier<Buffer> payload) {}

  /** Whom the session works for. */
  public interface Listener {
    /** The subscriptions stand; retained messages may be published. */
    void connected();

    /** The connection has gone; the session tries again by itself. */
    default void disconnected() {}

    /** A message has arrived. It is acknowledged when this returns, or throws whatever it may. */
    void received(MqttPublishMessage message);

    /** {@link #received} has thrown something, which is in the log. */
    default void failed(String topic) {}

    /** The broker has refused something; the session has logged it. */
    default void refused(Refusal refusal) {}

    /** The oldest ordered message had to go because too many wait. */
    default void dropped(String topic) {}
  }

  private final Connector connector;
  private final Sender sender;

  /**
   * Creates a session that {@link #start} connects.
   *
   * @param will null for none
   */
  public MqttSession(Vertx vertx, Options options, Will will, Listener listener) {
    this(
        vertx,
        options,
        will,
        listener,
        new NameLookup(
            vertx,
            InetAddress::getAllByName,
            TimeUnit.SECONDS.toMillis(ClientFactory.ANSWER_TIMEOUT_SECONDS)));
  }

  MqttSession(Vertx vertx, Options options, Will will, Listener listener, NameLookup names) {
    connector =
        new Connector(vertx, options, new ClientFactory(vertx, options, will), listener, names);
    sender = connector.sender();
  }

  /** Connects, and again whenever the connection is lost, until {@link #stop}. */
  public void start() {
    connector.connect();
  }

  public boolean isConnected() {
    return connector.isConnected();
  }

  /** How long nothing was heard from the broker, in milliseconds; any thread may ask. */
  public long silenceMs() {
    return connector.silenceMs();
  }

  /** Ordered messages that the broker has not acknowledged yet. */
  public int depth() {
    return sender.depth();
  }

  /** Sends a message of the contract as {@link #publish(String, Buffer, Headers)} does. */
  public Future<Void> publish(String topic, Buffer payload) {
    return publish(topic, payload, Headers.CONTRACT);
  }

  /**
   * Sends after what was published before, however often the connection is lost meanwhile.
   *
   * @return succeeds when the broker has answered for it, also with a refusal, for it would refuse
   *     it again; fails when it had to go because too many wait; neither when the session is
   *     stopped before
   */
  public Future<Void> publish(String topic, Buffer payload, Headers headers) {
    return sender.publish(topic, payload, headers);
  }

  /** Sends a message of the contract retained. */
  public Future<Void> publishRetained(String topic, Supplier<Buffer> payload) {
    return publishRetained(topic, payload, Headers.CONTRACT);
  }

  /**
   * Sends retained. Replaces what waits for the same topic; lost with the connection, because the
   * listener publishes everything that is retained on {@link Listener#connected}.
   *
   * @return succeeds when the broker has answered for it; neither does nor fails when it was
   *     replaced or lost
   */
  public Future<Void> publishRetained(String topic, Supplier<Buffer> payload, Headers headers) {
    return sender.publishRetained(topic, payload, headers);
  }

  /** Sends at QoS 0, past everything that waits; fails when there is no connection. */
  public Future<Void> publishNow(String topic, Buffer payload, Headers headers) {
    return sender.publishNow(topic, payload, headers);
  }

  /**
   * Has the broker send what is retained below these filters once more, at QoS 0.
   *
   * @return false when there is no connection (a new one brings everything), or the broker has not
   *     answered the last call yet
   */
  public boolean readRetained(List<String> filters) {
    return connector.readRetained(filters);
  }

  /** Waits until everything is acknowledged, at most so long, then disconnects without a Will. */
  public Future<Void> stop(long milliseconds) {
    return connector.stop(milliseconds);
  }
}
