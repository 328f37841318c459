// SPDX-License-Identifier: Apache-2.0
// Where the broker is, as an option gives it: mqtt://host:port, or mqtts:// for TLS.
package org.hy300.mqtt;

import java.net.URI;
import java.net.URISyntaxException;

/**
 * An MQTT broker's host and port.
 *
 * @param tls the connection is encrypted, and the broker's name is checked against its certificate
 */
public record BrokerAddress(String host, int port, boolean tls) {
  private static final int DEFAULT_PORT = 1883;
  private static final int DEFAULT_TLS_PORT = 8883;

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
    try {
      URI uri = new URI(text);
      boolean tls = "mqtts".equals(uri.getScheme());
      boolean bare =
          (uri.getPath() == null || uri.getPath().isEmpty() || uri.getPath().equals("/"))
              && uri.getUserInfo() == null
              && uri.getQuery() == null;
      if ((tls || "mqtt".equals(uri.getScheme())) && uri.getHost() != null && bare) {
        int otherwise = tls ? DEFAULT_TLS_PORT : DEFAULT_PORT;
        int port = uri.getPort() == -1 ? otherwise : uri.getPort();
        if (port > 0 && port <= 65535) {
          return new BrokerAddress(uri.getHost(), port, tls);
        }
      }
    } catch (URISyntaxException e) {
      // Said below in the same words as every other wrong address.
    }
    throw new IllegalArgumentException(
        "broker '"
            + text
            + "' is not of the form mqtt://host:port or mqtts://host:port, such as"
            + " mqtt://127.0.0.1:1883");
  }

  @Override
  public String toString() {
    return (tls ? "mqtts://" : "mqtt://") + host + ":" + port;
  }
}
