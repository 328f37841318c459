// SPDX-License-Identifier: Apache-2.0
// Where the broker is, as an option gives it: mqtt://host:port, or mqtts:// for TLS.
package org.hy300.mqtt;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An MQTT broker's host and port.
 *
 * @param tls the connection is encrypted, and the broker's name is checked against its certificate
 */
public record BrokerAddress(String host, int port, boolean tls) {
  private static final int DEFAULT_PORT = 1883;
  private static final int DEFAULT_TLS_PORT = 8883;

  /** Any host that a resolver may know, which java.net.URI does not take: my_broker. */
  private static final Pattern URL =
      Pattern.compile(
          "(?i:mqtt(?<tls>s)?)://(?<host>[\\p{L}\\p{N}._-]+|\\[[0-9A-Fa-f:.]+(?:%[\\w.-]+)?\\])"
              + "(?::(?<port>\\d{1,5}))?/?");

  /** A full name of letters, digits and hyphens, as Java would indicate it. */
  private static final Pattern INDICATED =
      Pattern.compile("(?:[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?\\.)+[A-Za-z0-9-]*[A-Za-z0-9]");

  /** A broker that is spoken to in the clear. */
  public BrokerAddress(String host, int port) {
    this(host, port, false);
  }

  /**
   * Parses {@code mqtt://host[:port]} and {@code mqtts://host[:port]}.
   *
   * @throws IllegalArgumentException with one line for the user
   */
  public static BrokerAddress parse(String text) {
    Matcher url = URL.matcher(text);
    if (url.matches()) {
      boolean tls = url.group("tls") != null;
      String digits = url.group("port");
      int port =
          digits == null ? (tls ? DEFAULT_TLS_PORT : DEFAULT_PORT) : Integer.parseInt(digits);
      if (port > 0 && port <= 65535) {
        return new BrokerAddress(url.group("host"), port, tls);
      }
    }
    if (text.contains("@")) {
      // Not repeated: what is before the @ is mostly a password.
      throw new IllegalArgumentException(
          "broker has a user or a password in it, where others read it: write it as"
              + " mqtt://host:port, and give --broker-username and --broker-password-file");
    }
    throw new IllegalArgumentException(
        "broker '"
            + text
            + "' is not of the form mqtt://host:port or mqtts://host:port, such as"
            + " mqtt://127.0.0.1:1883");
  }

  /** Whether it is on this machine; not a name such as 127.example.com, which may be anybody's. */
  boolean isLoopback() {
    return host.equalsIgnoreCase("localhost")
        || host.equals("[::1]")
        || (host.startsWith("127.") && NameLookup.isAddress(host));
  }

  /** The name for TLS's server name indication; null when it is none that TLS can say. */
  String indicatedName() {
    return INDICATED.matcher(host).matches() && !NameLookup.isAddress(host) ? host : null;
  }

  @Override
  public String toString() {
    return (tls ? "mqtts://" : "mqtt://") + host + ":" + port;
  }
}
