// SPDX-License-Identifier: Apache-2.0
// A port for programs that cannot report one that the system chose.
package org.hy300.testing;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.ThreadLocalRandom;

/**
 * The port is below the range for outgoing connections, which could otherwise take it before the
 * program starts, or between two of its runs. A lock until this process ends protects it from other
 * test runs.
 */
public final class FreePort {
  private static final int LOWEST = 10_000;

  /** The start of the range in Linux's default configuration (ip_local_port_range). */
  private static final int OUTGOING = 32_768;

  /** Never closed: closing a file ends all of the process's locks on it. */
  private static FileChannel locks;

  private FreePort() {}

  /** A loopback port that nobody listens on. */
  public static synchronized int choose() throws IOException {
    if (locks == null) {
      String name = "hy300-test-ports-" + System.getProperty("user.name");
      locks =
          FileChannel.open(
              Path.of(System.getProperty("java.io.tmpdir"), name),
              StandardOpenOption.CREATE,
              StandardOpenOption.WRITE);
    }
    while (true) {
      int port = ThreadLocalRandom.current().nextInt(LOWEST, OUTGOING);
      if (isLocked(port) && isFree(port)) {
        return port;
      }
    }
  }

  /** Each port has the byte at its number as a lock. */
  private static boolean isLocked(int port) throws IOException {
    try {
      return locks.tryLock(port, 1, false) != null;
    } catch (OverlappingFileLockException own) {
      return false;
    }
  }

  private static boolean isFree(int port) throws IOException {
    try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
      return socket.isBound();
    } catch (BindException taken) {
      return false;
    }
  }
}
