// SPDX-License-Identifier: Apache-2.0
// One topic filter that a session subscribes to.
package org.hy300.mqtt;

import io.netty.handler.codec.mqtt.MqttQoS;
import io.netty.handler.codec.mqtt.MqttSubscriptionOption;
import io.netty.handler.codec.mqtt.MqttSubscriptionOption.RetainedHandlingPolicy;
import io.netty.handler.codec.mqtt.MqttTopicSubscription;

/**
 * A subscription.
 *
 * @param asPublished whether a live message keeps the retain flag that it was published with;
 *     without MQTT 5, and otherwise, only what the broker had kept has the flag
 */
public record Subscription(String filter, int qos, boolean asPublished) {

  public static Subscription of(String filter, int qos) {
    return new Subscription(filter, qos, false);
  }

  /** With the retain flag as the publisher has set it, where the broker can. */
  public static Subscription asPublished(String filter, int qos) {
    return new Subscription(filter, qos, true);
  }

  MqttTopicSubscription topic() {
    return new MqttTopicSubscription(
        filter,
        new MqttSubscriptionOption(
            MqttQoS.valueOf(qos), false, asPublished, RetainedHandlingPolicy.SEND_AT_SUBSCRIBE));
  }
}
