// SPDX-License-Identifier: Apache-2.0
// A mosquitto as deploy/mosquitto/ has it, on certificates of hy300-pki.
package org.hy300.testing;

import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.PemTrustOptions;
import io.vertx.mqtt.MqttClientOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.hy300.mqtt.BrokerAddress;

/**
 * Its files and the authority's are in a directory; docs/install.md has the same on real machines.
 */
public final class EnrolledBroker implements AutoCloseable {
  private static final String NAME = "localhost";
  private static final Duration LIMIT = Duration.ofSeconds(20);

  private final Path root;
  private final Path directory;
  private final BrokerAddress forDevices;
  private final BrokerAddress forPeople;
  private final Mosquitto mosquitto;

  /**
   * Makes the authority and starts the broker.
   *
   * @param root of the tree
   * @param directory for all files
   */
  public EnrolledBroker(Path root, Path directory) throws IOException, InterruptedException {
    this.root = root.toAbsolutePath();
    this.directory = directory;
    forDevices = new BrokerAddress(NAME, FreePort.choose(), true);
    forPeople = new BrokerAddress(NAME, FreePort.choose(), true);
    Files.createDirectories(files());
    issue("init");
    issue("broker", NAME);
    takeCertificate();
    takeRevocations();
    for (String file : List.of("mosquitto.conf", "acl")) {
      Files.copy(this.root.resolve("deploy/mosquitto").resolve(file), files().resolve(file));
    }
    Files.copy(ca(), files().resolve("ca.pem"));
    Files.createFile(files().resolve("passwords"));
    mosquitto = new Mosquitto(configuration(), forPeople);
  }

  private Path configuration() throws IOException {
    Path configuration = files().resolve("mosquitto.conf");
    return Files.writeString(
        configuration,
        // Started as root it would become a user who cannot read the test's files.
        "user root\n"
            + Files.readString(configuration)
                .replace("/etc/mosquitto", files().toString())
                .replace("/var/lib/mosquitto", files().toString())
                .replace("listener 8883", "listener " + forDevices.port() + " 127.0.0.1")
                .replace("listener 8884", "listener " + forPeople.port() + " 127.0.0.1"));
  }

  /** Starts the script. */
  public Program hy300Pki(String... words) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(root.resolve("deploy/mosquitto/hy300-pki").toString());
    command.addAll(List.of(words));
    return new Program(
        "hy300-pki", Map.of("HY300_PKI", pki().toString()), command.toArray(String[]::new));
  }

  /** Calls the script, which has to do as it is told. */
  public void issue(String... words) throws IOException, InterruptedException {
    try (Program program = hy300Pki(words)) {
      if (program.awaitExit(LIMIT) != 0) {
        throw new IllegalStateException(String.join(" ", words) + "\n" + program.lines());
      }
    }
  }

  /** Gives the broker its present certificate; it is read at a reload. */
  public void takeCertificate() throws IOException {
    take("issued/" + NAME + ".pem", "broker.pem");
    take("issued/" + NAME + ".key", "broker.key");
  }

  /** Gives the broker the present list of revoked certificates; it is read at a reload. */
  public void takeRevocations() throws IOException {
    take("crl.pem", "crl.pem");
  }

  private void take(String issued, String name) throws IOException {
    Files.copy(pki().resolve(issued), files().resolve(name), StandardCopyOption.REPLACE_EXISTING);
  }

  /** Ends all connections. */
  public void restart() throws IOException {
    mosquitto.close();
    mosquitto.start();
  }

  /** Ends the broker as a power cut does, and starts it again. */
  public void crash() throws IOException, InterruptedException {
    mosquitto.kill();
    mosquitto.start();
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

  /** The broker's files. */
  public Path files() {
    return directory.resolve("mosquitto");
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

  /** A projector's. */
  public Path certificate(String device) {
    return pki().resolve("issued/" + device + ".pem");
  }

  /** A projector's. */
  public Path key(String device) {
    return pki().resolve("issued/" + device + ".key");
  }

  @Override
  public void close() {
    mosquitto.close();
  }
}
