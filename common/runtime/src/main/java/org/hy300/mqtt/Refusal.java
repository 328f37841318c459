// SPDX-License-Identifier: Apache-2.0
// What a broker has refused, and why, in its own word and in a line for people.
package org.hy300.mqtt;

import io.netty.handler.codec.mqtt.MqttConnectReturnCode;
import io.netty.handler.codec.mqtt.MqttProperties;
import io.vertx.mqtt.messages.codes.MqttDisconnectReasonCode;
import io.vertx.mqtt.messages.codes.MqttPubAckReasonCode;
import java.util.Locale;

/**
 * A refusal.
 *
 * @param packet by which the broker said it: connack, suback, puback or disconnect
 * @param reason one word for programs, as MQTT 5 calls it: not_authorized
 * @param line for people, without the broker's address
 */
public record Refusal(String packet, String reason, String line) {

  static Refusal connack(MqttConnectReturnCode code) {
    String reason =
        code.name()
            .toLowerCase(Locale.ROOT)
            .replace("connection_refused_", "")
            .replaceFirst("_5$", "");
    return new Refusal("connack", reason, "the broker refuses the connection: " + words(reason));
  }

  /** Whether the broker knows no MQTT of the version that was tried. */
  static boolean isOfVersion(MqttConnectReturnCode code) {
    return code == MqttConnectReturnCode.CONNECTION_REFUSED_UNACCEPTABLE_PROTOCOL_VERSION
        || code == MqttConnectReturnCode.CONNECTION_REFUSED_UNSUPPORTED_PROTOCOL_VERSION;
  }

  /** The code is not here: vertx-mqtt's client has the same for all refusals. */
  static Refusal suback(String filter, MqttProperties properties) {
    MqttProperties.MqttProperty<?> why =
        properties == null ? null : properties.getProperty(MqttProperties.REASON_STRING);
    String words = why == null ? "" : ": " + why.value().toString().replaceAll("\\p{Cntrl}", "?");
    return new Refusal(
        "suback", "refused", "the broker refuses the subscription of " + filter + words);
  }

  static Refusal puback(String topic, MqttPubAckReasonCode code) {
    String reason = code.name().toLowerCase(Locale.ROOT);
    return new Refusal(
        "puback", reason, "the broker refuses messages on " + topic + ": " + words(reason));
  }

  /** What the broker has said that it would not read, so that it was not sent. */
  static Refusal tooLarge(String topic) {
    String reason = MqttDisconnectReasonCode.PACKET_TOO_LARGE.name().toLowerCase(Locale.ROOT);
    return new Refusal(
        "puback",
        reason,
        "a message on " + topic + " was not sent: it is larger than the broker takes");
  }

  static Refusal disconnect(MqttDisconnectReasonCode code, String clientId) {
    String reason = code.name().toLowerCase(Locale.ROOT);
    return new Refusal(
        "disconnect",
        reason,
        code == MqttDisconnectReasonCode.SESSION_TAKEN_OVER
            ? "another client took the name " + clientId + "; give each its own"
            : "the broker ends the connection: " + words(reason));
  }

  private static String words(String reason) {
    return reason.replace('_', ' ');
  }
}
