// SPDX-License-Identifier: Apache-2.0
// Debian's mosquitto on a loopback port that the system chose.
package org.hy300.testing;

import java.io.IOException;
import java.net.InetAddress;
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

  /** A broker without access control. */
  public Mosquitto(Path directory) throws IOException {
    this(directory, "127.0.0.1", false, "allow_anonymous true");
  }

  /**
   * A broker with one listener on loopback.
   *
   * @param name that clients use
   * @param settings additional lines of its configuration
   */
  public Mosquitto(Path directory, String name, boolean tls, String... settings)
      throws IOException {
    address = new BrokerAddress(name, FreePort.choose(), tls);
    configuration = directory.resolve("mosquitto.conf");
    Files.writeString(
        configuration,
        // Started as root, it would switch to a user that cannot read the test's files. Its default
        // limit of 1000 queued messages would truncate a burst of events.
        "user root\nmax_queued_messages 100000\nlistener "
            + address.port()
            + " 127.0.0.1\n"
            + String.join("\n", settings)
            + "\n");
    start();
  }

  /**
   * A broker with a given configuration, which must be fit for a test.
   *
   * @param address of its last listener
   */
  Mosquitto(Path configuration, BrokerAddress address) throws IOException {
    this.configuration = configuration;
    this.address = address;
    start();
  }

  /** Starts it after a kill, and waits until it listens. */
  public void start() throws IOException {
    program = new Program("mosquitto", Map.of(), "mosquitto", "-c", configuration.toString());
    Awaitility.await("mosquitto listens")
        .atMost(Duration.ofSeconds(60))
        .pollInterval(Duration.ofMillis(20))
        .until(this::listens);
  }

  private boolean listens() {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), address.port())) {
      return socket.isConnected();
    } catch (IOException e) {
      return false;
    }
  }

  public BrokerAddress address() {
    return address;
  }

  /** Makes it reload its files, with SIGHUP. */
  public void reload() throws IOException, InterruptedException {
    long before = reloads();
    program.signal("HUP");
    Awaitility.await("mosquitto reads its files")
        .atMost(Duration.ofSeconds(60))
        .pollInterval(Duration.ofMillis(20))
        .until(() -> reloads() > before);
  }

  private long reloads() {
    return program.lines().stream().filter(line -> line.contains("Reloading config")).count();
  }

  /** Kills it, as a power cut would. */
  public void kill() throws IOException, InterruptedException {
    program.signal("KILL");
    program.awaitExit(Duration.ofSeconds(60));
  }

  @Override
  public void close() {
    program.close();
  }
}
