// SPDX-License-Identifier: Apache-2.0
// A broker that can misbehave, made of the vertx-mqtt server.
package org.hy300.mqtt;

import io.netty.handler.codec.mqtt.MqttConnectReturnCode;
import io.netty.handler.codec.mqtt.MqttProperties;
import io.netty.handler.codec.mqtt.MqttProperties.StringProperty;
import io.netty.handler.codec.mqtt.MqttQoS;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.mqtt.MqttEndpoint;
import io.vertx.mqtt.MqttServer;
import io.vertx.mqtt.MqttServerOptions;
import io.vertx.mqtt.messages.codes.MqttDisconnectReasonCode;
import io.vertx.mqtt.messages.codes.MqttPubAckReasonCode;
import io.vertx.mqtt.messages.codes.MqttSubAckReasonCode;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Each fault affects later connections; the last two also affect open ones. */
final class FaultyBroker implements AutoCloseable {
  private final Vertx vertx = Vertx.vertx();
  private final MqttServer server;
  private final List<MqttEndpoint> endpoints = new CopyOnWriteArrayList<>();
  final List<String> published = new CopyOnWriteArrayList<>();

  volatile boolean ignoreConnect;
  volatile boolean refuseConnect;
  volatile boolean ignoreSubscribe;
  volatile boolean refuseSubscribe;
  volatile boolean ignorePing;
  volatile boolean ignorePublish;

  /** The Reason String of a refused subscription. */
  volatile String reasonString = "";

  volatile MqttPubAckReasonCode pubackCode = MqttPubAckReasonCode.SUCCESS;

  /** The properties of its CONNACK, for clients with MQTT 5. */
  final MqttProperties itself = new MqttProperties();

  /** Protocol levels of the connections. */
  final List<Integer> levels = new CopyOnWriteArrayList<>();

  /** The properties of each of {@link #published}. */
  final List<MqttProperties> properties = new CopyOnWriteArrayList<>();

  /** Highest number of unacknowledged messages; each acknowledgement is delayed a little. */
  final AtomicInteger mostUnacknowledged = new AtomicInteger();

  final AtomicInteger unacknowledged = new AtomicInteger();

  /** Counted once a connection's faults are fixed, so that a test may set others. */
  final AtomicInteger connections = new AtomicInteger();

  final AtomicInteger acknowledged = new AtomicInteger();

  final AtomicInteger subscriptions = new AtomicInteger();

  FaultyBroker() throws Exception {
    this("127.0.0.1", 0);
  }

  FaultyBroker(String host, int port) throws Exception {
    server =
        MqttServer.create(
            vertx, new MqttServerOptions().setHost(host).setPort(port).setAutoClientId(false));
    server.endpointHandler(this::accept).exceptionHandler(error -> {});
    server.listen().toCompletionStage().toCompletableFuture().get(60, TimeUnit.SECONDS);
  }

  BrokerAddress address() {
    return new BrokerAddress("127.0.0.1", server.actualPort());
  }

  private void accept(MqttEndpoint endpoint) {
    boolean ignored = ignoreConnect;
    boolean refused = refuseConnect;
    levels.add(endpoint.protocolVersion());
    connections.incrementAndGet();
    if (ignored) {
      return;
    }
    if (refused) {
      endpoint.reject(MqttConnectReturnCode.CONNECTION_REFUSED_NOT_AUTHORIZED);
      return;
    }
    endpoints.add(endpoint);
    endpoint.autoKeepAlive(false);
    endpoint.pingHandler(
        ping -> {
          if (!ignorePing) {
            endpoint.pong();
          }
        });
    endpoint.subscribeHandler(
        subscribe -> {
          boolean answered = !ignoreSubscribe;
          subscriptions.incrementAndGet();
          if (answered) {
            endpoint.subscribeAcknowledge(
                subscribe.messageId(),
                subscribe.topicSubscriptions().stream()
                    .map(
                        s ->
                            refuseSubscribe
                                ? MqttSubAckReasonCode.NOT_AUTHORIZED
                                : MqttSubAckReasonCode.qosGranted(s.qualityOfService()))
                    .toList(),
                reason());
          }
        });
    endpoint.publishHandler(
        message -> {
          properties.add(message.properties());
          published.add(message.topicName() + " " + message.payload());
          mostUnacknowledged.accumulateAndGet(unacknowledged.incrementAndGet(), Math::max);
          if (!ignorePublish) {
            // After the messages that have already arrived.
            vertx.setTimer(20, timer -> acknowledge(endpoint, message.messageId()));
          }
        });
    endpoint.publishAcknowledgeHandler(id -> acknowledged.incrementAndGet());
    endpoint.exceptionHandler(error -> {});
    endpoint.accept(false, itself);
  }

  private MqttProperties reason() {
    MqttProperties properties = new MqttProperties();
    if (!reasonString.isEmpty()) {
      properties.add(new StringProperty(MqttProperties.REASON_STRING, reasonString));
    }
    return properties;
  }

  private void acknowledge(MqttEndpoint endpoint, int messageId) {
    unacknowledged.decrementAndGet();
    if (endpoint.isConnected()) {
      endpoint.publishAcknowledge(messageId, pubackCode, MqttProperties.NO_PROPERTIES);
    }
  }

  /** Ends every connection with this reason. */
  void disconnect(MqttDisconnectReasonCode why) {
    for (MqttEndpoint endpoint : endpoints) {
      // Also closes the connection.
      endpoint.disconnect(why, MqttProperties.NO_PROPERTIES);
    }
    endpoints.clear();
  }

  /** Publishes at QoS 1 to all connected clients. */
  void send(String topic, String text) {
    for (MqttEndpoint endpoint : endpoints) {
      endpoint.publish(topic, Buffer.buffer(text), MqttQoS.AT_LEAST_ONCE, false, false);
    }
  }

  /** Closes every connection. */
  void drop() {
    for (MqttEndpoint endpoint : endpoints) {
      if (endpoint.isConnected()) {
        endpoint.close();
      }
    }
    endpoints.clear();
  }

  @Override
  public void close() {
    vertx.close().toCompletionStage().toCompletableFuture().join();
  }
}
