// SPDX-License-Identifier: Apache-2.0
// For a session whose test only needs the messages that it sends.
package org.hy300.testing;

import io.vertx.mqtt.messages.MqttPublishMessage;
import org.hy300.mqtt.MqttSession;

/** Ignores all calls. */
public final class NoListener implements MqttSession.Listener {
  @Override
  public void connected() {}

  @Override
  public void received(MqttPublishMessage message) {}
}
