// SPDX-License-Identifier: Apache-2.0
// A broker that supports only MQTT 3.1.1: mosquitto behind a proxy that checks the version.
package org.hy300.testing;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.hy300.mqtt.BrokerAddress;

/** Passes a CONNECT of level 4 to another broker, and handles one of level 5 as configured. */
public final class OldBroker implements AutoCloseable {
  /** The handling of a client with MQTT 5. */
  public enum Manner {
    /** Sends a CONNACK of MQTT 3.1.1: unacceptable protocol version. */
    REFUSES,
    /** Sends the CONNACK that MQTT 5 requires of a server that also supports an older version. */
    REFUSES_IN_5,
    CLOSES
  }

  /** "MQTT" with its length, and the level. */
  private static final int NAME_AND_LEVEL = 7;

  private final BrokerAddress behind;
  private final ServerSocket door;
  private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
  private final List<Integer> levels = new CopyOnWriteArrayList<>();
  private final Manner manner;

  /** Creates a proxy for a broker on loopback without TLS. */
  public OldBroker(BrokerAddress behind, Manner manner) throws IOException {
    this.behind = behind;
    this.manner = manner;
    door = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    run(this::accept);
  }

  /** The address for clients. */
  public BrokerAddress address() {
    return new BrokerAddress("127.0.0.1", door.getLocalPort());
  }

  /** The protocol levels of all CONNECTs so far: 4 is MQTT 3.1.1, 5 is MQTT 5. */
  public List<Integer> levels() {
    return levels;
  }

  /** Closes all current connections. */
  public void drop() throws IOException {
    for (Socket socket : Set.copyOf(sockets)) {
      socket.close();
    }
  }

  private interface Work {
    void run() throws IOException;
  }

  private void run(Work work) {
    Thread thread =
        new Thread(
            () -> {
              try {
                work.run();
              } catch (IOException e) {
                // One of the ends is gone.
              }
            });
    thread.setDaemon(true);
    thread.start();
  }

  private void accept() throws IOException {
    while (true) {
      Socket client = door.accept();
      sockets.add(client);
      run(() -> serve(client));
    }
  }

  private void serve(Socket client) throws IOException {
    try (client) {
      DataInputStream input = new DataInputStream(client.getInputStream());
      byte[] connect = connect(input);
      int level = connect[connect.length - 1];
      levels.add(level);
      if (level != 5) {
        passOn(client, input, connect);
      } else if (manner != Manner.CLOSES) {
        byte[] refusal =
            manner == Manner.REFUSES
                ? new byte[] {0x20, 2, 0, 1}
                : new byte[] {0x20, 3, 0, (byte) 0x84, 0};
        client.getOutputStream().write(refusal);
      }
    } finally {
      sockets.remove(client);
    }
  }

  /** Reads the start of the packet, up to the level: type, length, "MQTT" with its length. */
  private static byte[] connect(DataInputStream input) throws IOException {
    byte[] begin = new byte[5 + NAME_AND_LEVEL];
    int length = 0;
    begin[length++] = input.readByte();
    do {
      begin[length++] = input.readByte();
    } while (begin[length - 1] < 0);
    input.readFully(begin, length, NAME_AND_LEVEL);
    return Arrays.copyOf(begin, length + NAME_AND_LEVEL);
  }

  private void passOn(Socket client, InputStream input, byte[] connect) throws IOException {
    try (Socket broker = new Socket(InetAddress.getLoopbackAddress(), behind.port())) {
      sockets.add(broker);
      broker.getOutputStream().write(connect);
      run(
          () -> {
            try (client) {
              copy(broker.getInputStream(), client.getOutputStream());
            }
          });
      copy(input, broker.getOutputStream());
    }
  }

  private static void copy(InputStream from, OutputStream to) throws IOException {
    byte[] some = new byte[8192];
    for (int length = from.read(some); length >= 0; length = from.read(some)) {
      to.write(some, 0, length);
    }
  }

  @Override
  public void close() throws IOException {
    door.close();
    drop();
  }
}
