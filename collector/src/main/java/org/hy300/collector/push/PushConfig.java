// SPDX-License-Identifier: Apache-2.0
// Where samples are pushed to, and with what.
package org.hy300.collector.push;

import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What the pusher is set to.
 *
 * @param headers a file of further headers, which hold a token or password
 * @param skewSeconds how far a message's time may be from its receipt
 */
public record PushConfig(URI url, Optional<Path> headers, int skewSeconds) {
  static final int SKEW_SECONDS = 600;

  private static final int MAX_SKEW_SECONDS = 24 * 3600;

  public PushConfig {
    boolean http = "http".equalsIgnoreCase(url.getScheme());
    if ((!http && !"https".equalsIgnoreCase(url.getScheme())) || url.getHost() == null) {
      throw new IllegalArgumentException(
          "--push-url is not a URL such as http://127.0.0.1:9090/api/v1/write");
    }
    if (url.getUserInfo() != null) {
      throw new IllegalArgumentException(
          "--push-url holds a user; every user of the machine can see it: write a header"
              + " Authorization into the file of --push-header-file");
    }
    if (skewSeconds < 0 || skewSeconds > MAX_SKEW_SECONDS) {
      throw new IllegalArgumentException(
          "--push-skew " + skewSeconds + " is not within 0 to " + MAX_SKEW_SECONDS);
    }
    if (headers.isPresent()) {
      if (http && !isLoopback(url.getHost())) {
        throw new IllegalArgumentException(
            "the network could read the headers of "
                + headers.get()
                + " on their way to "
                + url.getHost()
                + ": push over https://");
      }
      HeaderFile.read(headers.get());
    }
  }

  static URI url(String text) {
    try {
      return new URI(text);
    } catch (URISyntaxException e) {
      // Without the text: it may hold a password.
      throw new IllegalArgumentException("--push-url is not a URL: " + e.getReason(), e);
    }
  }

  private static boolean isLoopback(String host) {
    try {
      return InetAddress.getByName(host).isLoopbackAddress();
    } catch (UnknownHostException e) {
      return false;
    }
  }
}
