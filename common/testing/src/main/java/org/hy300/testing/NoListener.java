// SPDX-License-Identifier: Apache-2.0
// For a session of which a test needs only what it sends.
package org.hy300.testing;

import io.vertx.mqtt.messages.MqttPublishMessage;
import org.hy300.mqtt.MqttSession;

/** Does nothing with what it is told. */
public final class NoListener implements MqttSession.Listener {
  @Override
  public void connected() {}

  @Override
  public void received(MqttPublishMessage message) {}
}
