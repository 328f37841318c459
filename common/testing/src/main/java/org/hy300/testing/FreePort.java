// SPDX-License-Identifier: Apache-2.0
// A port for programs that do not report one that the system chose.
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
 * Below what the system gives to outgoing connections, one of which could otherwise have the port
 * before the program does, or between two runs of it. A lock until this process ends keeps it from
 * other test runs.
 */
public final class FreePort {
  private static final int LOWEST = 10_000;

  /** Where Linux begins, unless it is told otherwise (ip_local_port_range). */
  private static final int OUTGOING = 32_768;

  /** Never closed: with a file of a process all its locks on it end. */
  private static FileChannel locks;

  private FreePort() {}

  /** A port of loopback that nobody listens on. */
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

  /** The byte of the port's number stands for it. */
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
