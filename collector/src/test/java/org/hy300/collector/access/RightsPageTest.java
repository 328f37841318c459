// SPDX-License-Identifier: Apache-2.0
// What deploy/mosquitto lets each client do, found out by trying all of it at a real mosquitto.
package org.hy300.collector.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.json.JsonObject;
import io.vertx.mqtt.MqttClientOptions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.hy300.testing.EnrolledBroker;
import org.hy300.testing.MqttProbe;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code make reference} runs it with {@code -Dreference.write}, which writes the page. */
@Timeout(300)
class RightsPageTest {
  private static final Path PAGE = Path.of("../docs/reference/rights.md");
  private static final String DEVICE = "lab";
  private static final String ITSELF = "the projector";
  private static final String ANOTHER = "another projector";
  private static final List<String> USERS =
      List.of("hy300-collector", "hy300-read", "hy300-operator", "hy300-admin", "homeassistant");

  /** May do everything, and so sees what the others may. */
  private static final String JUDGE = "judge";

  private static final String BY = "by";

  private static final List<String> TOPICS =
      List.of(
          "hy300/v1/{device}/status",
          "hy300/v1/{device}/info",
          "hy300/v1/{device}/state/motor",
          "hy300/v1/{device}/state/invented",
          "hy300/v1/{device}/event/motor",
          "hy300/v1/{device}/snapshot",
          "hy300/v1/{device}/reply/motor/move",
          "hy300/v1/{device}/cmd/motor/move",
          "hy300/v1/{device}/cmd/tvcap/snapshot",
          "hy300/v1/{device}/cmd/mips/restart",
          "hy300/v1/fleet/cmd/motor/move",
          "hy300/v1/fleet/cmd/mips/restart",
          "hy300/v1/fleet/reply/motor/move",
          "homeassistant/device/hy300_{device}/config",
          "homeassistant/status",
          "another/topic");

  @TempDir private Path directory;
  private EnrolledBroker broker;
  private final Map<String, MqttProbe> clients = new LinkedHashMap<>();

  @BeforeEach
  void start() throws Exception {
    broker = new EnrolledBroker(Path.of(".."), directory);
    for (String device : List.of(DEVICE, "other", "lost")) {
      broker.issue("device", device);
    }
    for (String user : USERS) {
      broker.admit(user, "secret");
    }
    broker.admit(JUDGE, "secret");
    Files.writeString(
        broker.files().resolve("acl"),
        "\nuser " + JUDGE + "\ntopic readwrite #\n",
        StandardOpenOption.APPEND);
    broker.reload();
    clients.put(ITSELF, projector(DEVICE));
    clients.put(ANOTHER, projector("other"));
    for (String user : USERS) {
      clients.put(user, person(user));
    }
  }

  @AfterEach
  void stop() {
    clients.values().forEach(MqttProbe::close);
    broker.close();
  }

  private MqttProbe projector(String name) {
    return new MqttProbe(
        broker.forDevices(), broker.client(broker.certificate(name), broker.key(name)));
  }

  private MqttProbe person(String name) {
    MqttClientOptions options = broker.client();
    options.setUsername(name).setPassword("secret");
    return new MqttProbe(broker.forPeople(), options);
  }

  private static String topic(String pattern) {
    return pattern.replace("{device}", DEVICE);
  }

  private static boolean hasHeard(MqttProbe client, String topic, String from) {
    return client.heard(topic).stream()
        .anyMatch(message -> from.equals(message.json().getString(BY)));
  }

  private static void say(MqttProbe client, String topic, String from) {
    client.publish(topic, new JsonObject().put(BY, from).encode());
  }

  @Test
  void thePageSaysWhatMosquittoDoes() throws Exception {
    String text = page();
    System.out.println(text);
    if (Boolean.getBoolean("reference.write")) {
      Files.writeString(PAGE, text);
    }
    assertThat(PAGE)
        .as("docs/reference/rights.md is not what mosquitto does; `make reference` writes it")
        .hasContent(text);
  }

  /** The column that the page has in words. */
  @Test
  void aRevokedCertificateIsGoodForNothing() throws Exception {
    Path certificate = Files.copy(broker.certificate("lost"), directory.resolve("lost.pem"));
    Path key = Files.copy(broker.key("lost"), directory.resolve("lost.key"));
    broker.issue("revoke", "lost");
    broker.takeRevocations();
    broker.reload();
    assertThatThrownBy(
            () -> new MqttProbe(broker.forDevices(), broker.client(certificate, key)).close())
        .isInstanceOf(IllegalStateException.class);
  }

  private String page() {
    try (MqttProbe judge = person(JUDGE).subscribe("#")) {
      clients.forEach(
          (name, client) -> {
            client.subscribe("#");
            TOPICS.forEach(topic -> say(client, topic(topic), name));
          });
      TOPICS.forEach(topic -> say(judge, topic(topic), JUDGE));
      // The broker delivers in order: a client with this message has all earlier ones that it may
      // have.
      String last = "hy300/v1/%s/status".formatted(DEVICE);
      say(judge, last, "last");
      say(judge, "hy300/v1/other/status", "last");
      judge.await(last, json -> "last".equals(json.getString(BY)));
      clients.forEach(
          (name, client) ->
              client.await(
                  name.equals(ANOTHER) ? "hy300/v1/other/status" : last,
                  json -> "last".equals(json.getString(BY))));
      return text(judge);
    }
  }

  private String text(MqttProbe judge) {
    List<String> lines = new ArrayList<>();
    lines.add("| topic | " + String.join(" | ", clients.keySet()) + " |");
    lines.add("|---|" + "---|".repeat(clients.size()));
    for (String topic : TOPICS) {
      List<String> cells = new ArrayList<>();
      clients.forEach(
          (name, client) -> {
            boolean hears = hasHeard(client, topic(topic), JUDGE);
            boolean writes = hasHeard(judge, topic(topic), name);
            cells.add(hears && writes ? "both" : hears ? "hears" : writes ? "publishes" : "–");
          });
      lines.add("| `" + topic + "` | " + String.join(" | ", cells) + " |");
    }
    return """
        # Rights at the broker

        Generated from what mosquitto does with the configuration and access list of `deploy/mosquitto` by
        `make reference`; do not edit.

        A projector comes with its certificate to port 8883, the others with a password to port 8884. A revoked
        certificate, a wrong password and a client without either are not let in. A client may subscribe to anything
        and hears only what is here. `mips/restart` is an example of the commands that need the role `admin`, `motor/move`
        and `tvcap/snapshot` of those that need `operate`; [Commands](commands.md) lists all.

        %s
        """
        .formatted(String.join("\n", lines));
  }
}
