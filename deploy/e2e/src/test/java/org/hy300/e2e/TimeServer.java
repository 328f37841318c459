// SPDX-License-Identifier: Apache-2.0
// An SNTP server, which sets the clocks of a network's machines.
package org.hy300.e2e;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;

/** Answers each request with this machine's time (RFC 4330, a server of stratum 1 in mode 4). */
final class TimeServer implements AutoCloseable {
  private static final int PORT = 123;
  private static final int LENGTH = 48;
  private static final long FROM_1900_TO_1970 = 2_208_988_800L;

  private final DatagramSocket socket;

  TimeServer() throws IOException {
    socket = new DatagramSocket(PORT, InetAddress.getLoopbackAddress());
    Thread thread = new Thread(this::answer, "time");
    thread.setDaemon(true);
    thread.start();
  }

  private void answer() {
    DatagramPacket packet = new DatagramPacket(new byte[LENGTH], LENGTH);
    try {
      while (true) {
        socket.receive(packet);
        ByteBuffer request = ByteBuffer.wrap(packet.getData());
        byte version = (byte) (request.get(0) & 0b0011_1000);
        long sent = request.getLong(40);
        long now = timestamp();
        ByteBuffer answer =
            ByteBuffer.allocate(LENGTH)
                .put((byte) (version | 4))
                .put((byte) 1)
                .put((byte) 6)
                .put((byte) -20)
                .putLong(0)
                .put("LOCL".getBytes(StandardCharsets.US_ASCII))
                .putLong(now)
                .putLong(sent)
                .putLong(now)
                .putLong(timestamp());
        socket.send(new DatagramPacket(answer.array(), LENGTH, packet.getSocketAddress()));
      }
    } catch (IOException closed) {
      socket.close();
    }
  }

  /** Seconds since 1900, and their 32 binary places. */
  private static long timestamp() {
    Instant now = Instant.now();
    long seconds = now.getEpochSecond() + FROM_1900_TO_1970;
    return seconds << 32 | ((long) now.getNano() << 32) / 1_000_000_000L;
  }

  @Override
  public void close() {
    socket.close();
  }
}
