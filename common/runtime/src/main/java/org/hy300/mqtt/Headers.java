// SPDX-License-Identifier: Apache-2.0
// What goes with a message beside its payload where the broker speaks MQTT 5.
package org.hy300.mqtt;

import io.netty.handler.codec.mqtt.MqttProperties;
import io.netty.handler.codec.mqtt.MqttProperties.BinaryProperty;
import io.netty.handler.codec.mqtt.MqttProperties.IntegerProperty;
import io.netty.handler.codec.mqtt.MqttProperties.StringProperty;
import io.netty.handler.codec.mqtt.MqttProperties.UserProperties;
import io.vertx.core.buffer.Buffer;
import io.vertx.mqtt.MqttClientWillOptions;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Left out at a broker of MQTT 3.1.1, so nothing may depend on it alone.
 *
 * @param text whether the payload is UTF-8
 * @param correlation what a request is known by to its sender; null for none
 * @param expires when the broker may drop the message; null for never
 */
public record Headers(
    String contentType,
    boolean text,
    Map<String, String> user,
    Buffer correlation,
    Instant expires) {
  private static final int UTF_8 = 1;

  /** JSON that is not of the contract. */
  public static final Headers JSON = new Headers("application/json", true, Map.of(), null, null);

  /** A message of the contract, whatever root its topics have. */
  public static final Headers CONTRACT = JSON.with("schema", "hy300/v1");

  public static final Headers JPEG = new Headers("image/jpeg", false, Map.of(), null, null);

  /** These and one user property. */
  public Headers with(String name, String value) {
    Map<String, String> more = new LinkedHashMap<>(user);
    more.put(name, value);
    return new Headers(contentType, text, more, correlation, expires);
  }

  public Headers correlatedBy(Buffer data) {
    return new Headers(contentType, text, user, data, expires);
  }

  public Headers expiring(Instant then) {
    return new Headers(contentType, text, user, correlation, then);
  }

  /** As they are now: the time that is left is counted in seconds, of which one is the least. */
  MqttProperties properties(Instant now) {
    MqttProperties properties = new MqttProperties();
    if (text) {
      properties.add(new IntegerProperty(MqttProperties.PAYLOAD_FORMAT_INDICATOR, UTF_8));
    }
    properties.add(new StringProperty(MqttProperties.CONTENT_TYPE, contentType));
    if (expires != null) {
      long seconds = Math.max(1, Duration.between(now, expires).toSeconds());
      properties.add(
          new IntegerProperty(
              MqttProperties.PUBLICATION_EXPIRY_INTERVAL,
              (int) Math.min(Integer.MAX_VALUE, seconds)));
    }
    if (correlation != null) {
      properties.add(new BinaryProperty(MqttProperties.CORRELATION_DATA, correlation.getBytes()));
    }
    if (!user.isEmpty()) {
      UserProperties pairs = new UserProperties();
      user.forEach(pairs::add);
      properties.add(pairs);
    }
    return properties;
  }

  void apply(MqttClientWillOptions will) {
    will.setContentType(contentType)
        .setPayloadFormatIndicator(text ? UTF_8 : 0)
        .setUserProperties(user);
  }
}
