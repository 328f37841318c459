// SPDX-License-Identifier: Apache-2.0
// The MQTT 5 request properties of a command: where to reply, and with which correlation data.
package org.hy300.agent.command;

import io.netty.handler.codec.mqtt.MqttProperties;
import io.netty.handler.codec.mqtt.MqttProperties.MqttProperty;
import io.netty.handler.codec.mqtt.MqttProperties.StringPair;
import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Optional;
import org.hy300.contract.CommandMessage;
import org.hy300.contract.Topics;
import org.hy300.mqtt.Headers;

/**
 * A request; absent properties are null or false.
 *
 * @param responseTopic an additional topic for the final reply
 * @param correlation is returned with each reply
 * @param expires the message's own expiry time
 * @param progress whether {@code accepted} goes there too: the user property {@code progress: true}
 */
public record Request(String responseTopic, Buffer correlation, Instant expires, boolean progress) {
  /** Limited because it is kept on disk and in memory for each command. */
  static final int MAX_CORRELATION_BYTES = 128;

  private static final String PROGRESS = "progress";

  /** No request: a client with MQTT 3.1.1, or without the properties. */
  public static final Request NONE = new Request(null, null, null, false);

  /**
   * Reads the properties.
   *
   * @param properties of the message; null for none
   */
  public static Request of(MqttProperties properties, Instant now) {
    if (properties == null || properties.isEmpty()) {
      return NONE;
    }
    byte[] correlation = value(properties, MqttProperties.CORRELATION_DATA, byte[].class);
    Integer seconds = value(properties, MqttProperties.PUBLICATION_EXPIRY_INTERVAL, Integer.class);
    boolean progress =
        properties.getProperties(MqttProperties.USER_PROPERTY).stream()
            .anyMatch(
                pair ->
                    pair.value() instanceof StringPair user
                        && user.key.equals(PROGRESS)
                        && user.value.equals("true"));
    return new Request(
        value(properties, MqttProperties.RESPONSE_TOPIC, String.class),
        correlation == null ? null : Buffer.buffer(correlation),
        // The value is unsigned.
        seconds == null ? null : now.plusSeconds(Integer.toUnsignedLong(seconds)),
        progress);
  }

  private static <T> T value(MqttProperties properties, int id, Class<T> type) {
    MqttProperty<?> property = properties.getProperty(id);
    return property == null ? null : type.cast(property.value());
  }

  /** The command's identifier if the payload has none; null without usable correlation data. */
  String id() {
    if (correlation == null) {
      return null;
    }
    String text = correlation.toString(StandardCharsets.UTF_8);
    return CommandMessage.isId(text) ? text : hash(correlation.getBytes());
  }

  /** An identifier for the same Correlation Data of another sender or another command. */
  String id(String asked) {
    return hash(correlation.copy().appendString(" " + asked).getBytes());
  }

  private static String hash(byte[] data) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(data));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Java without SHA-256", e);
    }
  }

  /** Why the request cannot be answered, in one line; empty if it can. */
  Optional<String> problem(Topics topics, String device) {
    if (correlation != null && correlation.length() > MAX_CORRELATION_BYTES) {
      return Optional.of(
          "its Correlation Data has %d bytes, more than %d"
              .formatted(correlation.length(), MAX_CORRELATION_BYTES));
    }
    // On any other topic the agent would publish with its own rights where the sender may have
    // none.
    return responseTopic == null || topics.isResponse(device, responseTopic)
        ? Optional.empty()
        : Optional.of(
            "its Response Topic is not below %s"
                .formatted(topics.reply(device, "", "").replaceFirst("/$", "")));
  }

  /** The properties of a reply to the sender. */
  Headers headers(boolean isFinal) {
    return Headers.CONTRACT.with("final", String.valueOf(isFinal)).correlatedBy(correlation);
  }
}
