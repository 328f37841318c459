// SPDX-License-Identifier: Apache-2.0
// docs/enrol.md, followed: its commands run as they stand, with directories for the machines.
package org.hy300.testing;

import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.PemTrustOptions;
import io.vertx.mqtt.MqttClientOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.hy300.mqtt.BrokerAddress;

/** The broker is a real mosquitto on loopback; all else of a machine is its files. */
public final class EnrolmentGuide implements AutoCloseable {
  private static final String BROKER = "localhost";
  private static final Duration LIMIT = Duration.ofSeconds(20);
  private static final Pattern SYSTEMCTL =
      Pattern.compile("ssh root@broker\\.example systemctl (restart|reload) mosquitto");

  private final Path root;
  private final Path directory;
  private final BrokerAddress forDevices;
  private final BrokerAddress forPeople;
  private Mosquitto mosquitto;

  /**
   * Makes the authority and the broker.
   *
   * @param root of the tree
   * @param directory for all files
   */
  public EnrolmentGuide(Path root, Path directory) throws IOException, InterruptedException {
    this.root = root.toAbsolutePath();
    this.directory = directory;
    forDevices = new BrokerAddress(BROKER, FreePort.choose(), true);
    forPeople = new BrokerAddress(BROKER, FreePort.choose(), true);
    Files.createDirectories(host(BROKER).resolve("etc/mosquitto"));
    Files.createDirectories(directory.resolve("bin"));
    follow("Once: the authority", "");
    follow("Once: the broker", "");
  }

  /** Runs all commands of a section, for the device in the place of the guide's. */
  public void follow(String section, String device) throws IOException, InterruptedException {
    List<String> waiting = new ArrayList<>();
    for (String line : section(section)) {
      if (!line.startsWith("    ")) {
        continue;
      }
      Matcher systemctl = SYSTEMCTL.matcher(line.strip());
      if (systemctl.matches()) {
        shell(waiting, device);
        waiting.clear();
        if (systemctl.group(1).equals("reload")) {
          mosquitto.reload();
        } else {
          restart();
        }
      } else {
        waiting.add(line.strip());
      }
    }
    shell(waiting, device);
  }

  private List<String> section(String title) throws IOException {
    List<String> lines = Files.readAllLines(root.resolve("docs/enrol.md"));
    int first = lines.indexOf("## " + title) + 1;
    if (first == 0) {
      throw new IllegalArgumentException("docs/enrol.md has no section '" + title + "'");
    }
    return lines.subList(first, lines.size()).stream()
        .takeWhile(line -> !line.startsWith("## "))
        .toList();
  }

  /** The agent's file of options, as the guide has it. */
  public String agentOptions(String device) throws IOException {
    List<String> lines = section("Each projector");
    return String.join("\n", lines.subList(lines.indexOf("```yaml") + 1, lines.lastIndexOf("```")))
        .replace("projector-7", device)
        .replace("broker.example:8883", BROKER + ":" + forDevices.port())
        .replace("/etc/", host(device) + "/etc/");
  }

  private void shell(List<String> lines, String device) throws IOException, InterruptedException {
    String script =
        String.join("\n", lines)
            .replace("projector-7", device)
            .replace("broker.example", BROKER)
            .replace("deploy/mosquitto/", root + "/deploy/mosquitto/")
            .replace("/usr/local/bin", directory.resolve("bin").toString())
            .replace("/etc/hy300/pki", pki().toString())
            .replaceAll("root@([\\w.-]+):/", directory + "/hosts/$1/")
            .replaceAll("ssh root@([\\w.-]+) (.*) /etc/", "$2 " + directory + "/hosts/$1/etc/")
            .replace("scp ", "cp ")
            // Whoever runs the test, mosquitto runs as the same.
            .replace("chown mosquitto", "chown $(id -u)");
    if (script.contains("ssh ") || script.contains("root@")) {
      throw new IllegalStateException("not for this test: " + script);
    }
    try (Program shell = start("sh", "-ec", "cd '" + directory + "'\n" + script)) {
      if (shell.awaitExit(LIMIT) != 0) {
        throw new IllegalStateException(script + "\n" + shell.lines());
      }
    }
  }

  private Program start(String... command) throws IOException {
    String path = directory.resolve("bin") + ":" + System.getenv("PATH");
    return new Program(command[0], Map.of("PATH", path, "HY300_PKI", pki().toString()), command);
  }

  /** Starts the installed script. */
  public Program hy300Pki(String... words) throws IOException {
    List<String> command = new ArrayList<>(List.of(directory.resolve("bin/hy300-pki").toString()));
    command.addAll(List.of(words));
    return start(command.toArray(String[]::new));
  }

  private void restart() throws IOException {
    if (mosquitto != null) {
      mosquitto.close();
      mosquitto.start();
      return;
    }
    Path files = host(BROKER).resolve("etc/mosquitto");
    Path configuration = files.resolve("mosquitto.conf");
    Files.writeString(
        configuration,
        // Started as root it would become a user who cannot read the test's files.
        "user root\n"
            + Files.readString(configuration)
                .replace("/etc/mosquitto", files.toString())
                .replace("/var/lib/mosquitto", files.toString())
                .replace("listener 8883", "listener " + forDevices.port() + " 127.0.0.1")
                .replace("listener 8884", "listener " + forPeople.port() + " 127.0.0.1"));
    mosquitto = new Mosquitto(configuration, forPeople);
  }

  /** Has the broker read its files anew. */
  public void reload() throws IOException, InterruptedException {
    mosquitto.reload();
  }

  public BrokerAddress forDevices() {
    return forDevices;
  }

  public BrokerAddress forPeople() {
    return forPeople;
  }

  /** The directory of a machine, which has its files below etc. */
  public Path host(String name) {
    return directory.resolve("hosts").resolve(name);
  }

  /** The broker's files. */
  public Path brokerFiles() {
    return host(BROKER).resolve("etc/mosquitto");
  }

  /** The authority's directory. */
  public Path pki() {
    return directory.resolve("pki");
  }

  public Path ca() {
    return pki().resolve("ca.pem");
  }

  /** Options of a client that trusts the authority, and has no certificate. */
  public MqttClientOptions client() {
    MqttClientOptions options = new MqttClientOptions();
    options
        .setSsl(true)
        .setHostnameVerificationAlgorithm("HTTPS")
        .setTrustOptions(new PemTrustOptions().addCertPath(ca().toString()));
    return options;
  }

  /** Options of a client with a certificate. */
  public MqttClientOptions client(Path certificate, Path key) {
    MqttClientOptions options = client();
    options.setKeyCertOptions(
        new PemKeyCertOptions().addCertPath(certificate.toString()).addKeyPath(key.toString()));
    return options;
  }

  /** The collector's password. */
  public Path collectorPassword() {
    return directory.resolve("collector.password");
  }

  /** As the projector has it. */
  public Path certificate(String device) {
    return host(device).resolve("etc/hy300/device.pem");
  }

  /** As the projector has it. */
  public Path key(String device) {
    return host(device).resolve("etc/hy300/device.key");
  }

  @Override
  public void close() {
    if (mosquitto != null) {
      mosquitto.close();
    }
  }
}
