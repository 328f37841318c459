// SPDX-License-Identifier: Apache-2.0
// The broker of deploy/mosquitto on a machine of its own, with a small disk, and a subscriber to
// everything that it accepts.
package org.hy300.e2e;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Pattern;
import org.hy300.mqtt.BrokerAccess;
import org.hy300.mqtt.BrokerAddress;
import org.hy300.testing.Program;
import org.hy300.testing.Secrets;
import org.hy300.testing.ShippedBroker;

/** Certificates, users and access list follow docs/guides/install.md. */
final class FaultyBroker extends ShippedBroker implements AutoCloseable {
  static final String MACHINE = "broker";
  private static final String OPERATOR = "hy300-operator";
  private static final String PASSWORD = "secret";
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final Pattern SUBSCRIBED = Pattern.compile("^Subscribed \\(mid");

  private final MachineNetwork network;
  private final Path disk;
  private final Path configuration;
  private Program mosquitto;
  private final List<Program> listeners = new CopyOnWriteArrayList<>();
  private final List<Program> earlier = new ArrayList<>();

  FaultyBroker(MachineNetwork network, Path directory, List<String> devices)
      throws IOException, InterruptedException {
    super(Root.DIRECTORY, directory.resolve("broker"), network.add(MACHINE));
    this.network = network;
    // Outside the test's directory, which must not contain mounts when it is removed.
    disk = Files.createDirectory(Path.of("/run/broker-disk"));
    Program.run("mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", disk.toString());
    configuration = configure(Map.of("/var/lib/mosquitto", disk.toString()));
    for (String device : devices) {
      issue("device", device);
    }
    Secrets.write(password(), PASSWORD + "\n");
    admit("hy300-collector", PASSWORD);
    admit(OPERATOR, PASSWORD);
    start();
  }

  /** The password of the collector and the operator. */
  Path password() {
    return files().resolve("collector.password");
  }

  String forDevices() {
    return "mqtts://" + name() + ":8883";
  }

  String forPeople() {
    return "mqtts://" + name() + ":8884";
  }

  long pid() {
    return mosquitto.pid();
  }

  /**
   * Starts it. Its link comes up only after the listener has subscribed, so that the listener gets
   * every message.
   */
  void start() throws IOException, InterruptedException {
    network.cut(MACHINE);
    try {
      mosquitto =
          new Program(
              "mosquitto",
              Map.of(),
              MachineNetwork.in(MACHINE, "mosquitto", "-c", configuration.toString()));
      long before = subscriptions();
      await("the listener is back at the broker")
          .atMost(LIMIT)
          .until(
              () -> {
                if (!mosquitto.isAlive()) {
                  throw new IllegalStateException("mosquitto has ended: " + mosquitto.lines());
                }
                // The listener reconnects by itself, unless its first connection or a handshake
                // fails.
                if (listeners.stream().noneMatch(Program::isAlive)) {
                  listeners.add(listen());
                }
                return subscriptions() > before;
              });
    } finally {
      network.restore(MACHINE);
    }
  }

  /** On the broker's own machine, without a link in between. */
  private Program listen() throws IOException {
    String[] command = {
      "stdbuf",
      "-oL",
      "mosquitto_sub",
      "-h",
      name(),
      "-p",
      "8884",
      "--cafile",
      ca().toString(),
      "-u",
      OPERATOR,
      "-P",
      PASSWORD,
      "-q",
      "1",
      "-k",
      "5",
      "-d",
      "-F",
      "%t %p",
      "-t",
      "hy300/v1/+/event/+",
      "-t",
      "hy300/v1/+/reply/+/+"
    };
    return new Program("listener", Map.of(), MachineNetwork.in(MACHINE, command));
  }

  private long subscriptions() {
    return heard().stream().filter(line -> SUBSCRIBED.matcher(line).find()).count();
  }

  /** The listener's lines: topic, space and payload, and its own log. */
  List<String> heard() {
    return listeners.stream().flatMap(listener -> listener.lines().stream()).toList();
  }

  /** The operator's access data. */
  BrokerAccess operator() {
    return new BrokerAccess(
        BrokerAddress.parse(forPeople()),
        Optional.of(ca()),
        Optional.empty(),
        Optional.empty(),
        Optional.of(OPERATOR),
        Optional.of(password()));
  }

  /** Ends it, every second time with SIGTERM: then it saves its state if the disk has room. */
  void kill() throws IOException, InterruptedException {
    mosquitto.signal(earlier.size() % 2 == 0 ? "KILL" : "TERM");
    mosquitto.awaitExit(LIMIT);
    earlier.add(mosquitto);
  }

  /** Fills its disk. */
  void fillDisk() throws IOException {
    try (var out = Files.newOutputStream(disk.resolve("fill"))) {
      byte[] page = new byte[4096];
      while (true) {
        out.write(page);
      }
    } catch (IOException full) {
      if (disk.toFile().getUsableSpace() > 0) {
        throw full;
      }
    }
  }

  void freeDisk() throws IOException {
    Files.deleteIfExists(disk.resolve("fill"));
  }

  /** The output of its runs. */
  List<String> lines() {
    List<String> lines = new ArrayList<>();
    earlier.forEach(run -> lines.addAll(run.lines()));
    lines.addAll(mosquitto.lines());
    return lines;
  }

  @Override
  public void close() {
    listeners.forEach(Program::close);
    mosquitto.close();
  }
}
