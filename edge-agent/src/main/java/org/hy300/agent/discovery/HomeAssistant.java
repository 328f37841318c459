// SPDX-License-Identifier: Apache-2.0
// Announces the projector to Home Assistant: one retained message that lists its entities on the
// contract's topics.
package org.hy300.agent.discovery;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.hy300.contract.Argument.IntegerArgument;
import org.hy300.contract.CommandCatalogue;
import org.hy300.contract.CommandEntry;
import org.hy300.contract.Subsystems;
import org.hy300.contract.Topics;
import org.hy300.file.OwnFile;
import org.hy300.mqtt.Headers;
import org.hy300.mqtt.MqttSession;

/**
 * Device discovery of Home Assistant's MQTT integration
 * (https://www.home-assistant.io/integrations/mqtt/#device-discovery-payload): the topic {@code
 * PREFIX/device/OBJECT/config} with the keys {@code dev}, {@code o} and {@code cmps}. A file lists
 * the topics that hold a message. An agent that is started without discovery, or with another
 * prefix, removes them. Belongs to the event loop.
 */
public final class HomeAssistant {
  private static final Logger LOG = System.getLogger(HomeAssistant.class.getName());

  /** A person waits for the effect; a delayed command must not surprise the next person. */
  private static final int EXPIRY_SECONDS = 30;

  /**
   * A command in the contract's form. `values` would be a method of Jinja's mapping, and two
   * adjacent braces would end an expression: hence the brackets and blanks.
   */
  private static final String COMMAND =
      ("{\"id\": \"ha-{{ utcnow().timestamp() }}\", \"issued\": \"{{ utcnow().isoformat() }}\","
              + " \"expires\": \"{{ (utcnow() + timedelta(seconds=%d)).isoformat() }}\","
              + " \"args\": { %%s } }")
          .formatted(EXPIRY_SECONDS);

  private final MqttSession mqtt;
  private final Topics topics;
  private final String device;
  private final String topic;
  private final Path memory;
  private final JsonObject about;
  private final Set<String> held = new TreeSet<>();
  private final Map<String, JsonObject> components = new TreeMap<>();

  /**
   * Creates an instance; {@link #connected} publishes and removes. Blocks, because it reads and
   * writes a file.
   *
   * @param prefix the discovery prefix, by default `homeassistant`; empty for no discovery
   * @param memory file with the topics that hold a message
   * @param about the device: name, model and so on, with the keys of `dev`
   * @param version the agent's version
   */
  public HomeAssistant(
      MqttSession mqtt,
      Topics topics,
      String device,
      String prefix,
      Path memory,
      JsonObject about,
      String version)
      throws IOException {
    this.mqtt = mqtt;
    this.topics = topics;
    this.device = device;
    this.memory = memory;
    topic = prefix.isEmpty() ? "" : prefix + "/device/" + object(device) + "/config";
    this.about =
        new JsonObject()
            .put("dev", about.copy().put("ids", new JsonArray().add("hy300_" + device)))
            .put("o", new JsonObject().put("name", "hy300-agent").put("sw", version))
            .put(
                "availability",
                new JsonArray()
                    .add(
                        new JsonObject()
                            .put("topic", topics.status(device))
                            .put("value_template", "{{ value_json.state }}")));
    if (Files.isRegularFile(memory, LinkOption.NOFOLLOW_LINKS)) {
      held.addAll(Files.readAllLines(memory));
    }
    if (!topic.isEmpty() && held.add(topic)) {
      write();
    }
  }

  /**
   * The object ID, which may have letters, digits, hyphens and underscores only. The mapping of
   * names with dots is unique.
   */
  static String object(String device) {
    return device.contains(".")
        ? "hy300-" + device.replace("_", "_u").replace(".", "_d")
        : "hy300_" + device;
  }

  private void write() throws IOException {
    if (held.isEmpty()) {
      Files.deleteIfExists(memory);
    } else {
      OwnFile.replace(memory, String.join("\n", held).getBytes(StandardCharsets.UTF_8));
    }
  }

  /**
   * A class device was found.
   *
   * @param states its state attributes
   */
  public void appeared(String subsystem, Map<String, String> states) {
    Map<String, JsonObject> before = Map.copyOf(components);
    switch (subsystem) {
      case Subsystems.MOTOR -> addMotor(states.getOrDefault("max_position", "1000"));
      case Subsystems.TVCAP -> {
        addSensor(
            "signal", "HDMI signal", "connectivity", subsystem, "hy300_tvcap_signal_detected", 1);
        addSensor(
            "capture_error",
            "HDMI capture error",
            "problem",
            subsystem,
            "hy300_tvcap_error{error=\"none\"}",
            0);
      }
      case Subsystems.MIPS ->
          addSensor(
              "coprocessor",
              "Co-processor",
              "problem",
              subsystem,
              "hy300_mips_state{state=\"unresponsive\"}",
              1);
      default -> {
        // Nothing to show in Home Assistant.
      }
    }
    if (!components.equals(before)) {
      tell();
    }
  }

  private void addMotor(String maxPosition) {
    String series = "hy300_motor_position_steps";
    CommandEntry move = CommandCatalogue.get("motor/move");
    IntegerArgument position = (IntegerArgument) move.arguments().get(0);
    add("position", "number", "Motor position")
        .put("state_topic", topics.state(device, Subsystems.MOTOR))
        .put("value_template", "{{ value_json['values']['" + series + "'] | default('None') }}")
        .put("command_topic", topics.command(device, move.subsystem(), move.action()))
        .put(
            "command_template", COMMAND.formatted("\"" + position.name() + "\": {{ value | int }}"))
        .put("min", position.min())
        .put("max", Integer.parseInt(maxPosition))
        .put("step", 1)
        .put("mode", "box")
        .put("unit_of_measurement", position.unit());
    addButton("home", "Home the motor", "motor/home");
    addButton("stop", "Stop the motor", "motor/stop");
    addButton("clear_fault", "Clear the motor's fault", "motor/clear_fault");
    addSensor(
        "fault",
        "Motor fault",
        "problem",
        Subsystems.MOTOR,
        "hy300_motor_fault{reason=\"none\"}",
        0);
  }

  private void addButton(String name, String title, String command) {
    CommandEntry entry = CommandCatalogue.get(command);
    add(name, "button", title)
        .put("command_topic", topics.command(device, entry.subsystem(), entry.action()))
        .put("command_template", COMMAND.formatted(""));
  }

  /**
   * Adds a binary sensor that is on while the series has this value, and unknown without the
   * series.
   */
  private void addSensor(
      String name, String title, String kind, String subsystem, String series, int on) {
    add(name, "binary_sensor", title)
        .put("device_class", kind)
        .put("state_topic", topics.state(device, subsystem))
        .put(
            "value_template",
            "{{ {%d: 'ON', %d: 'OFF'}.get(value_json['values'].get('%s'), 'None') }}"
                .formatted(on, 1 - on, series));
  }

  private JsonObject add(String name, String platform, String title) {
    JsonObject component =
        new JsonObject()
            .put("p", platform)
            .put("unique_id", "hy300_" + device + "_" + name)
            // Home Assistant does not pass a message-wide value on to the entities.
            .put("qos", 1)
            .put("name", title);
    components.put(name, component);
    return component;
  }

  /** Publishes the message, and removes messages that are no longer wanted. */
  public void connected() {
    tell();
    for (String other : Set.copyOf(held)) {
      if (!other.equals(topic)) {
        mqtt.publishRetained(other, Buffer::buffer, Headers.JSON)
            .onSuccess(removed -> forget(other));
      }
    }
  }

  private void tell() {
    if (!topic.isEmpty() && !components.isEmpty()) {
      mqtt.publishRetained(
          topic,
          () -> {
            JsonObject all = new JsonObject();
            components.forEach(all::put);
            return about.copy().put("cmps", all).toBuffer();
          },
          Headers.JSON);
    }
  }

  private void forget(String other) {
    LOG.log(Level.INFO, "removed the Home Assistant entries of {0}", other);
    held.remove(other);
    try {
      write();
    } catch (IOException e) {
      LOG.log(Level.WARNING, "{0} cannot be written: {1}", memory, e.getMessage());
    }
  }
}
