// SPDX-License-Identifier: Apache-2.0
// A mosquitto with the configuration of deploy/mosquitto/, on loopback ports.
package org.hy300.testing;

import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.PemTrustOptions;
import io.vertx.mqtt.MqttClientOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.hy300.mqtt.BrokerAddress;

/** Ports that the system chose replace those of the shipped configuration. */
public final class EnrolledBroker extends ShippedBroker implements AutoCloseable {
  private final BrokerAddress forDevices;
  private final BrokerAddress forPeople;
  private final Mosquitto mosquitto;

  /**
   * Creates the authority and starts the broker.
   *
   * @param root of the source tree
   * @param directory for all files
   */
  public EnrolledBroker(Path root, Path directory) throws IOException, InterruptedException {
    super(root, directory, "localhost");
    forDevices = new BrokerAddress(name(), FreePort.choose(), true);
    forPeople = new BrokerAddress(name(), FreePort.choose(), true);
    Path configuration =
        configure(
            Map.of(
                "/var/lib/mosquitto", files().toString(),
                "listener 8883", "listener " + forDevices.port() + " 127.0.0.1",
                "listener 8884", "listener " + forPeople.port() + " 127.0.0.1"));
    mosquitto = new Mosquitto(configuration, forPeople);
  }

  /** Restarts the broker, which ends all connections. */
  public void restart() throws IOException {
    mosquitto.close();
    mosquitto.start();
  }

  /** Kills the broker, as a power cut does, and starts it again. */
  public void crash() throws IOException, InterruptedException {
    mosquitto.kill();
    mosquitto.start();
  }

  /** Makes the broker reload its files. */
  public void reload() throws IOException, InterruptedException {
    mosquitto.reload();
  }

  public BrokerAddress forDevices() {
    return forDevices;
  }

  public BrokerAddress forPeople() {
    return forPeople;
  }

  /** Options of a client that trusts the authority and has no certificate of its own. */
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

  @Override
  public void close() {
    mosquitto.close();
  }
}
