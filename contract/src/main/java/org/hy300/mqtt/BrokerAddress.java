// SPDX-License-Identifier: Apache-2.0
// Where the broker is, as an option gives it: mqtt://host:port.
package org.hy300.mqtt;

import java.net.URI;
import java.net.URISyntaxException;

/** An MQTT broker's host and port. */
public record BrokerAddress(String host, int port) {
  private static final int DEFAULT_PORT = 1883;

  /**
   * Parses {@code mqtt://host[:port]}.
   *
   * @throws IllegalArgumentException with one line for the user
   */
  public static BrokerAddress parse(String text) {
    try {
      URI uri = new URI(text);
      boolean bare =
          (uri.getPath() == null || uri.getPath().isEmpty() || uri.getPath().equals("/"))
              && uri.getUserInfo() == null
              && uri.getQuery() == null;
      if ("mqtt".equals(uri.getScheme()) && uri.getHost() != null && bare) {
        int port = uri.getPort() == -1 ? DEFAULT_PORT : uri.getPort();
        if (port > 0 && port <= 65535) {
          return new BrokerAddress(uri.getHost(), port);
        }
      }
    } catch (URISyntaxException e) {
      // Said below in the same words as every other wrong address.
    }
    throw new IllegalArgumentException(
        "broker '" + text + "' is not of the form mqtt://host:port, such as mqtt://127.0.0.1:1883");
  }

  @Override
  public String toString() {
    return "mqtt://" + host + ":" + port;
  }
}
