// SPDX-License-Identifier: Apache-2.0
// HTTP requests that a test writes byte by byte.
package org.hy300.collector;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;

/** For requests that no HTTP client would send. */
public final class RawHttp {
  private static final int PATIENCE_MS = 20_000;

  private RawHttp() {}

  /** A connection to the collector of a URL. */
  public static Socket connect(String url) throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), URI.create(url).getPort());
    socket.setSoTimeout(PATIENCE_MS);
    return socket;
  }

  public static void send(Socket socket, String text) throws IOException {
    socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
  }

  /** All responses until the connection ends; the last request has to close it. */
  public static String ask(String url, String requests) throws IOException {
    try (Socket socket = connect(url)) {
      send(socket, requests);
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
    }
  }
}
