// SPDX-License-Identifier: Apache-2.0
// Makes vertx-mqtt's client for one connection of a session.
package org.hy300.mqtt;

import io.netty.handler.codec.mqtt.MqttQoS;
import io.vertx.core.Vertx;
import io.vertx.mqtt.MqttClient;
import io.vertx.mqtt.MqttClientOptions;
import io.vertx.mqtt.MqttClientWillOptions;
import java.io.IOException;
import java.util.concurrent.TimeUnit;

/** A new client for each connection: one that was dropped keeps its old window. */
final class ClientFactory {
  /** How long the broker may take for a CONNACK or SUBACK. */
  static final int ANSWER_TIMEOUT_SECONDS = 10;

  static final int PUBACK_TIMEOUT_SECONDS = 30;

  /** Messages at QoS 1 that the broker may send before the first is acknowledged. */
  private static final int RECEIVE_MAXIMUM = 100;

  /**
   * Larger messages are kept back by a broker of MQTT 5, and end the connection at another; below,
   * {@link MqttSession.Listener#received} judges them.
   */
  private static final int MAX_RECEIVED_BYTES = 2 * 1024 * 1024;

  private final Vertx vertx;
  private final MqttSession.Options options;
  private final MqttSession.Will will;

  /**
   * Makes clients of these options.
   *
   * @param will null for none
   */
  ClientFactory(Vertx vertx, MqttSession.Options options, MqttSession.Will will) {
    this.vertx = vertx;
    this.options = options;
    this.will = will;
  }

  /**
   * A client that has not connected yet.
   *
   * @throws IOException when a file of the broker's access cannot be read
   */
  MqttClient create(Protocol protocol) throws IOException {
    MqttClientOptions clientOptions =
        new MqttClientOptions()
            .setClientId(options.clientId())
            .setCleanSession(true)
            .setKeepAliveInterval(options.keepAliveSeconds())
            .setAutoKeepAlive(false)
            .setAckTimeout(PUBACK_TIMEOUT_SECONDS)
            .setMaxInflightQueue(2 * Sender.WINDOW)
            .setMaxMessageSize(MAX_RECEIVED_BYTES);
    clientOptions.setAutoAck(false);
    clientOptions.setVersion(protocol.next());
    if (protocol.is5()) {
      clientOptions.setSessionExpireInterval(0L);
      clientOptions.setReceiveMaximum(RECEIVE_MAXIMUM);
      clientOptions.setMaximumPacketSize((long) MAX_RECEIVED_BYTES);
    }
    // Before the CONNACK's: an address that nobody answers at is said in the same words each time.
    clientOptions.setConnectTimeout((int) TimeUnit.SECONDS.toMillis(ANSWER_TIMEOUT_SECONDS - 2));
    if (will != null) {
      clientOptions.setWillOptions(willOptions(protocol));
    }
    options.broker().apply(clientOptions);
    return MqttClient.create(vertx, clientOptions);
  }

  private MqttClientWillOptions willOptions(Protocol protocol) {
    MqttClientWillOptions willOptions =
        new MqttClientWillOptions()
            .setTopic(will.topic())
            .setMessageBytes(will.payload().get())
            .setQos(MqttQoS.AT_LEAST_ONCE.value())
            .setRetain(true);
    if (protocol.is5()) {
      Headers.CONTRACT.apply(willOptions);
    }
    return willOptions;
  }
}
