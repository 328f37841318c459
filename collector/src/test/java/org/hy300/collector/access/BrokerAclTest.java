// SPDX-License-Identifier: Apache-2.0
// deploy/mosquitto in a real mosquitto: a device is confined to its own name, whatever it tries.
package org.hy300.collector.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.PemTrustOptions;
import io.vertx.mqtt.MqttClientOptions;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.hy300.mqtt.BrokerAddress;
import org.hy300.testing.Certificates;
import org.hy300.testing.MqttProbe;
import org.hy300.testing.Program;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class BrokerAclTest {
  private static final Path SHIPPED = Path.of("..", "deploy", "mosquitto");
  private static final List<String> USERS =
      List.of("hy300-collector", "hy300-operator", "homeassistant");

  @TempDir private Path directory;
  private Certificates certificates;
  private BrokerAddress forDevices;
  private BrokerAddress forPeople;
  private Program mosquitto;

  @BeforeEach
  void start() throws Exception {
    certificates = new Certificates(directory);
    certificates.issue("localhost");
    certificates.issue("p1");
    certificates.issue("p2");
    Files.copy(certificates.certificate("localhost"), directory.resolve("broker.pem"));
    Files.copy(certificates.key("localhost"), directory.resolve("broker.key"));
    Files.copy(SHIPPED.resolve("acl"), directory.resolve("acl"));
    Path passwords = Files.createFile(directory.resolve("passwords"));
    for (String user : USERS) {
      run("mosquitto_passwd", "-b", passwords.toString(), user, "secret of " + user);
    }
    forDevices = new BrokerAddress("localhost", freePort(), true);
    forPeople = new BrokerAddress("localhost", freePort(), true);
    Path configuration = directory.resolve("mosquitto.conf");
    Files.writeString(
        configuration,
        // Started as root it would become a user who cannot read the test's files.
        "user root\n"
            + Files.readString(SHIPPED.resolve("mosquitto.conf"))
                .replace("/etc/mosquitto", directory.toString())
                .replace("/var/lib/mosquitto", directory.toString())
                .replace("listener 8883", "listener " + forDevices.port() + " 127.0.0.1")
                .replace("listener 8884", "listener " + forPeople.port() + " 127.0.0.1"));
    mosquitto = new Program("mosquitto", Map.of(), "mosquitto", "-c", configuration.toString());
    await("mosquitto listens")
        .atMost(Duration.ofSeconds(10))
        .until(() -> listens(forDevices) && listens(forPeople));
  }

  @AfterEach
  void stop() {
    mosquitto.close();
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private boolean listens(BrokerAddress address) {
    if (!mosquitto.isAlive()) {
      throw new IllegalStateException("mosquitto has ended: " + mosquitto.lines());
    }
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), address.port())) {
      return socket.isConnected();
    } catch (IOException e) {
      return false;
    }
  }

  private static void run(String... command) throws Exception {
    try (Program program = new Program(command[0], Map.of(), command)) {
      assertThat(program.awaitExit(Duration.ofSeconds(10))).as(command[0]).isZero();
    }
  }

  private MqttClientOptions tls() {
    MqttClientOptions options = new MqttClientOptions();
    options
        .setSsl(true)
        .setHostnameVerificationAlgorithm("HTTPS")
        .setTrustOptions(new PemTrustOptions().addCertPath(certificates.ca().toString()));
    return options;
  }

  private MqttClientOptions certificate(String device) {
    MqttClientOptions options = tls();
    options.setKeyCertOptions(
        new PemKeyCertOptions()
            .addCertPath(certificates.certificate(device).toString())
            .addKeyPath(certificates.key(device).toString()));
    return options;
  }

  private MqttProbe person(String name) {
    MqttClientOptions options = tls();
    options.setUsername(name).setPassword("secret of " + name);
    return new MqttProbe(forPeople, options);
  }

  @Test
  void aDeviceWritesBelowItsOwnNameAlone() {
    MqttClientOptions withWill = certificate("p2");
    withWill
        .setWillFlag(true)
        .setWillTopic("hy300/v1/p1/status")
        .setWillMessageBytes(Buffer.buffer("{}"))
        .setWillQoS(1);
    try (MqttProbe collector = person("hy300-collector").subscribe("hy300/v1/#");
        MqttProbe device = new MqttProbe(forDevices, certificate("p2"))) {
      List<String> forbidden =
          List.of(
              "hy300/v1/p1/status",
              "hy300/v1/p1/info",
              "hy300/v1/p1/state/motor",
              "hy300/v1/p1/event/motor",
              "hy300/v1/p1/reply/motor/move",
              "hy300/v1/p1/snapshot",
              "hy300/v1/p1/cmd/motor/home",
              "hy300/v1/p2/cmd/motor/home",
              "hy300/v1/fleet/cmd/motor/home",
              "hy300/v1/fleet/reply/motor/home");
      forbidden.forEach(topic -> device.publish(topic, "{}"));
      for (String topic :
          List.of(
              "hy300/v1/p2/status",
              "hy300/v1/p2/info",
              "hy300/v1/p2/state/motor",
              "hy300/v1/p2/event/motor",
              "hy300/v1/p2/reply/motor/move",
              "hy300/v1/p2/snapshot")) {
        device.publish(topic, "{}");
        collector.await(topic, any -> true);
      }
      // These came after them all and were heard, so what is missing was refused.
      for (String topic : forbidden) {
        assertThat(collector.heard(topic)).as(topic).isEmpty();
      }
    }
    try (MqttProbe collector = person("hy300-collector").subscribe("hy300/v1/#")) {
      try (MqttProbe device = new MqttProbe(forDevices, withWill)) {
        device.vanish();
      } catch (IllegalStateException refused) {
        assertThat(refused).hasMessageContaining("refused");
      }
      try (MqttProbe other = new MqttProbe(forDevices, certificate("p1"))) {
        other.publish("hy300/v1/p1/info", "{}");
        collector.await("hy300/v1/p1/info", any -> true);
      }
      assertThat(collector.heard("hy300/v1/p1/status")).isEmpty();
    }
  }

  @Test
  void aDeviceHearsItsOwnCommandsAlone() {
    try (MqttProbe operator = person("hy300-operator");
        MqttProbe device = new MqttProbe(forDevices, certificate("p2")).subscribe("hy300/v1/#")) {
      operator.publish("hy300/v1/p1/cmd/motor/home", "{}");
      operator.publish("hy300/v1/p2/cmd/motor/home", "{}");
      device.await("hy300/v1/p2/cmd/motor/home", any -> true);
      assertThat(device.heard("hy300/v1/p1/cmd/motor/home")).isEmpty();
    }
  }

  @Test
  void homeAssistantHearsOfDevicesByThemselvesAndMovesMotorsOnly() {
    try (MqttProbe home = person("homeassistant").subscribe("homeassistant/#");
        MqttProbe device =
            new MqttProbe(forDevices, certificate("p2")).subscribe("hy300/v1/p2/cmd/#")) {
      device.publish("homeassistant/device/hy300_p1/config", "{}");
      device.publish("homeassistant/device/hy300_p2/config", "{}");
      home.await("homeassistant/device/hy300_p2/config", any -> true);
      assertThat(home.heard("homeassistant/device/hy300_p1/config")).isEmpty();
      home.publish("hy300/v1/p2/cmd/mips/restart", "{}");
      home.publish("hy300/v1/p2/cmd/motor/home", "{}");
      device.await("hy300/v1/p2/cmd/motor/home", any -> true);
      assertThat(device.heard("hy300/v1/p2/cmd/mips/restart")).isEmpty();
    }
  }

  @Test
  void whoHasNoCertificateAndNoPasswordIsNotLetIn() {
    assertThatThrownBy(() -> new MqttProbe(forDevices, tls()).close()).isNotNull();
    assertThatThrownBy(() -> new MqttProbe(forPeople, tls()).close()).isNotNull();
    MqttClientOptions wrong = tls();
    wrong.setUsername("hy300-operator").setPassword("guessed");
    assertThatThrownBy(() -> new MqttProbe(forPeople, wrong).close()).isNotNull();
  }
}
