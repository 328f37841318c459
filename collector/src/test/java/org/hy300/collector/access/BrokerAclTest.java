// SPDX-License-Identifier: Apache-2.0
// deploy/mosquitto in a real mosquitto: a device is confined to its own name, whatever it tries.
package org.hy300.collector.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.vertx.core.buffer.Buffer;
import io.vertx.mqtt.MqttClientOptions;
import io.vertx.mqtt.MqttClientWillOptions;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.hy300.contract.CommandCatalogue;
import org.hy300.contract.CommandEntry;
import org.hy300.contract.Role;
import org.hy300.testing.EnrolledBroker;
import org.hy300.testing.MqttProbe;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(300)
class BrokerAclTest {
  private static final List<String> USERS =
      List.of("hy300-collector", "hy300-read", "hy300-operator", "hy300-admin", "homeassistant");

  @TempDir private Path directory;
  private EnrolledBroker broker;

  @BeforeEach
  void start() throws Exception {
    broker = new EnrolledBroker(Path.of(".."), directory);
    broker.issue("device", "p1");
    broker.issue("device", "p2");
    for (String user : USERS) {
      broker.admit(user, "secret of " + user);
    }
    broker.reload();
  }

  @AfterEach
  void stop() {
    broker.close();
  }

  private MqttClientOptions certificate(String device) {
    return broker.client(broker.certificate(device), broker.key(device));
  }

  private MqttProbe person(String name) {
    MqttClientOptions options = broker.client();
    options.setUsername(name).setPassword("secret of " + name);
    return new MqttProbe(broker.forPeople(), options);
  }

  @Test
  void aDeviceWritesBelowItsOwnNameAlone() {
    MqttClientOptions withWill = certificate("p2");
    withWill.setWillOptions(
        new MqttClientWillOptions()
            .setTopic("hy300/v1/p1/status")
            .setMessageBytes(Buffer.buffer("{}"))
            .setQos(1));
    try (MqttProbe collector = person("hy300-collector").subscribe("hy300/v1/#");
        MqttProbe device = new MqttProbe(broker.forDevices(), certificate("p2"))) {
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
      try (MqttProbe device = new MqttProbe(broker.forDevices(), withWill)) {
        device.vanish();
      } catch (IllegalStateException refused) {
        assertThat(refused).hasMessageContaining("refused");
      }
      try (MqttProbe other = new MqttProbe(broker.forDevices(), certificate("p1"))) {
        other.publish("hy300/v1/p1/info", "{}");
        collector.await("hy300/v1/p1/info", any -> true);
      }
      assertThat(collector.heard("hy300/v1/p1/status")).isEmpty();
    }
  }

  /** Whoever comes is sent all that is retained. */
  @Test
  void aDeviceLeavesStatesOfKnownSubsystemsAlone() {
    try (MqttProbe collector = person("hy300-collector").subscribe("hy300/v1/#");
        MqttProbe device = new MqttProbe(broker.forDevices(), certificate("p2"))) {
      device.publish("hy300/v1/p2/state/invented", "{}");
      for (String subsystem : List.of("agent", "board", "mips", "motor", "process", "tvcap")) {
        device.publish("hy300/v1/p2/state/" + subsystem, "{}");
        collector.await("hy300/v1/p2/state/" + subsystem, any -> true);
      }
      assertThat(collector.heard("hy300/v1/p2/state/invented")).isEmpty();
    }
  }

  @Test
  void aDeviceHearsItsOwnCommandsAlone() {
    try (MqttProbe operator = person("hy300-operator");
        MqttProbe device =
            new MqttProbe(broker.forDevices(), certificate("p2")).subscribe("hy300/v1/#")) {
      operator.publish("hy300/v1/p1/cmd/motor/home", "{}");
      operator.publish("hy300/v1/p2/cmd/motor/home", "{}");
      device.await("hy300/v1/p2/cmd/motor/home", any -> true);
      assertThat(device.heard("hy300/v1/p1/cmd/motor/home")).isEmpty();
    }
  }

  @Test
  void homeAssistantHearsOfDevicesByThemselvesAndMovesOneMotorAtATime() {
    try (MqttProbe home = person("homeassistant").subscribe("homeassistant/#");
        MqttProbe collector = person("hy300-collector").subscribe("hy300/v1/+/cmd/#");
        MqttProbe device =
            new MqttProbe(broker.forDevices(), certificate("p2")).subscribe("hy300/v1/p2/cmd/#")) {
      device.publish("homeassistant/device/hy300_p1/config", "{}");
      device.publish("homeassistant/device/hy300_p2/config", "{}");
      home.await("homeassistant/device/hy300_p2/config", any -> true);
      assertThat(home.heard("homeassistant/device/hy300_p1/config")).isEmpty();
      home.publish("hy300/v1/fleet/cmd/motor/home", "{}");
      home.publish("hy300/v1/p2/cmd/mips/restart", "{}");
      home.publish("hy300/v1/p2/cmd/motor/home", "{}");
      device.await("hy300/v1/p2/cmd/motor/home", any -> true);
      assertThat(device.heard("hy300/v1/p2/cmd/mips/restart")).isEmpty();
      collector.await("hy300/v1/p2/cmd/motor/home", any -> true);
      assertThat(collector.heard("hy300/v1/fleet/cmd/motor/home")).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"homeassistant", "hy300-admin"})
  void whatADeviceHasToldHomeAssistantIsClearedThereOrByAnAdmin(String who) {
    String topic = "homeassistant/device/hy300_p2/config";
    try (MqttProbe device = new MqttProbe(broker.forDevices(), certificate("p2"));
        MqttProbe home = person("homeassistant").subscribe("homeassistant/#");
        MqttProbe clears = person(who)) {
      device.publish(topic, Buffer.buffer("{}"), true);
      home.await(topic, any -> true);
      clears.publish(topic, Buffer.buffer(), true);
      await()
          .atMost(Duration.ofSeconds(60))
          .until(() -> home.heard(topic).stream().anyMatch(m -> m.payload().length() == 0));
    }
  }

  /** What an operator's token may not do by HTTP, an operator's password may not do by MQTT. */
  @Test
  void eachCommandIsForTheRoleThatTheCatalogueSays() {
    Map<String, Role> people =
        Map.of("hy300-read", Role.READ, "hy300-operator", Role.OPERATE, "hy300-admin", Role.ADMIN);
    try (MqttProbe collector = person("hy300-collector").subscribe("hy300/v1/+/cmd/#")) {
      people.forEach(
          (name, role) -> {
            try (MqttProbe sender = person(name)) {
              for (CommandEntry command : CommandCatalogue.COMMANDS) {
                for (String device : List.of("p1", "fleet")) {
                  sender.publish(topic(device, command), "{\"by\":\"" + name + "\"}");
                }
              }
            }
            try (MqttProbe last = person("hy300-admin")) {
              last.publish("hy300/v1/p2/cmd/motor/stop", "{\"after\":\"" + name + "\"}");
              collector.await(
                  "hy300/v1/p2/cmd/motor/stop", json -> name.equals(json.getString("after")));
            }
            for (CommandEntry command : CommandCatalogue.COMMANDS) {
              for (String device : List.of("p1", "fleet")) {
                assertThat(
                        collector.heard(topic(device, command)).stream()
                            .anyMatch(message -> name.equals(message.json().getString("by"))))
                    .as("%s by %s to %s", command.name(), name, device)
                    .isEqualTo(role.includes(command.role()));
              }
            }
          });
    }
  }

  private static String topic(String device, CommandEntry command) {
    return "hy300/v1/" + device + "/cmd/" + command.name();
  }

  /** A broker ends the older of two connections with the same identifier. */
  @ParameterizedTest
  @ValueSource(strings = {"p2", "hy300:p2", "hy300:agent-p2"})
  void nobodyWithAPasswordTakesAProjectorsIdentifier(String identifier) {
    try (MqttProbe device = new MqttProbe(broker.forDevices(), certificate("p2"));
        MqttProbe collector = person("hy300-collector").subscribe("hy300/v1/p2/event/+")) {
      for (String user : USERS) {
        MqttClientOptions options = broker.client();
        options.setUsername(user).setPassword("secret of " + user).setClientId(identifier);
        if (identifier.equals("p2")) {
          assertThatThrownBy(() -> new MqttProbe(broker.forPeople(), options).close())
              .hasMessageContaining("NOT_AUTHORIZED");
        } else {
          new MqttProbe(broker.forPeople(), options).close();
        }
      }
      device.publish("hy300/v1/p2/event/motor", "{}");
      collector.await("hy300/v1/p2/event/motor", any -> true);
      assertThat(device.isConnected()).isTrue();
    }
  }

  /** A projector takes none of the identifiers of collectors and people either. */
  @Test
  void aProjectorIsItsCertificatesNameWhateverItSays() {
    MqttClientOptions people = broker.client();
    people.setUsername("homeassistant").setPassword("secret of homeassistant");
    people.setClientId("hy300:homeassistant");
    try (MqttProbe home = new MqttProbe(broker.forPeople(), people).subscribe("homeassistant/#");
        MqttProbe device =
            new MqttProbe(
                broker.forDevices(), certificate("p2").setClientId("hy300:homeassistant"))) {
      device.publish("homeassistant/device/hy300_p2/config", "{}");
      home.await("homeassistant/device/hy300_p2/config", any -> true);
      assertThat(home.isConnected()).isTrue();
    }
  }

  @Test
  void whoHasNoCertificateAndNoPasswordIsNotLetIn() {
    assertThatThrownBy(() -> new MqttProbe(broker.forDevices(), broker.client()).close())
        .isNotNull();
    assertThatThrownBy(() -> new MqttProbe(broker.forPeople(), broker.client()).close())
        .isNotNull();
    MqttClientOptions wrong = broker.client();
    wrong.setUsername("hy300-operator").setPassword("guessed");
    assertThatThrownBy(() -> new MqttProbe(broker.forPeople(), wrong).close()).isNotNull();
  }
}
