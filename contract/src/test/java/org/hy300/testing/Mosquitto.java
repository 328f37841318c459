// SPDX-License-Identifier: Apache-2.0
// Debian's mosquitto on a loopback port that the system chose.
package org.hy300.testing;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.awaitility.Awaitility;
import org.hy300.mqtt.BrokerAddress;

/** A broker that can be killed and started again on the same port. */
public final class Mosquitto implements AutoCloseable {
  private final Path configuration;
  private final BrokerAddress address;
  private Program program;

  public Mosquitto(Path directory) throws IOException {
    // mosquitto does not report a port that the system chose, so one is asked for here.
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      address = new BrokerAddress("127.0.0.1", socket.getLocalPort());
    }
    configuration = directory.resolve("mosquitto.conf");
    Files.writeString(
        configuration,
        // The default of 1000 waiting messages cuts a burst of events.
        "listener %d 127.0.0.1\nallow_anonymous true\nmax_queued_messages 100000\n"
            .formatted(address.port()));
    start();
  }

  /** Starts it, when it was killed, and waits until it listens. */
  public void start() throws IOException {
    program = new Program("mosquitto", Map.of(), "mosquitto", "-c", configuration.toString());
    Awaitility.await("mosquitto listens")
        .atMost(Duration.ofSeconds(10))
        .pollInterval(Duration.ofMillis(20))
        .until(this::listens);
  }

  private boolean listens() {
    try (Socket socket = new Socket(address.host(), address.port())) {
      return socket.isConnected();
    } catch (IOException e) {
      return false;
    }
  }

  public BrokerAddress address() {
    return address;
  }

  /** Ends it at once, as a power cut would. */
  public void kill() throws IOException, InterruptedException {
    program.signal("KILL");
    program.awaitExit(Duration.ofSeconds(5));
  }

  @Override
  public void close() {
    program.close();
  }
}
