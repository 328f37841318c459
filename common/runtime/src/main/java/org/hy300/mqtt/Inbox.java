// SPDX-License-Identifier: Apache-2.0
// Hands a session's messages to its listener, and acknowledges each whatever the listener does.
package org.hy300.mqtt;

import io.netty.handler.codec.mqtt.MqttQoS;
import io.vertx.mqtt.messages.MqttPublishMessage;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;

/** Belongs to the session's event loop. */
final class Inbox {
  private static final Logger LOG = System.getLogger(MqttSession.class.getName());

  private final MqttSession.Listener listener;
  private Class<?> lastMistake;

  Inbox(MqttSession.Listener listener) {
    this.listener = listener;
  }

  void received(MqttPublishMessage message) {
    try {
      listener.received(message);
    } catch (Throwable e) {
      failed(message.topicName(), e);
    } finally {
      // Else the broker would give no more, once so many are not acknowledged.
      if (message.qosLevel() != MqttQoS.AT_MOST_ONCE) {
        message.ack();
      }
    }
  }

  /** The first mistake of a kind with its trace: a thousand messages may make the same one. */
  private void failed(String topic, Throwable error) {
    boolean again = error.getClass() == lastMistake;
    lastMistake = error.getClass();
    LOG.log(
        Level.ERROR,
        "message on " + topic + " was not handled" + (again ? ": " + error : ""),
        again ? null : error);
    listener.failed(topic);
  }
}
