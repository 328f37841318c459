// SPDX-License-Identifier: Apache-2.0
// A port for programs that do not report one that the system chose.
package org.hy300.testing;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;

/** Free when it was asked for; the system does not give it again soon. */
public final class FreePort {
  private FreePort() {}

  /** A port of loopback that nobody listens on. */
  public static int choose() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }
}
