// SPDX-License-Identifier: Apache-2.0
package org.hy300.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.hy300.contract.Argument;
import org.hy300.contract.Argument.IntegerArgument;
import org.hy300.contract.CommandCatalogue;
import org.hy300.contract.CommandEntry;
import org.hy300.testing.ContractDocument;
import org.hy300.testing.MqttProbe;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the agent announces to Home Assistant, and the effect of using it. */
@Timeout(300)
class HomeAssistantTest extends AgentFixture {
  private static final String TOPIC = "homeassistant/device/hy300_p1/config";
  private static final Duration LIMIT = Duration.ofSeconds(60);

  /** The keys used here, from each platform's page in Home Assistant's documentation. */
  private static final Map<String, Set<String>> KEYS =
      Map.of(
          "number",
          Set.of(
              "p",
              "unique_id",
              "name",
              "state_topic",
              "value_template",
              "command_topic",
              "command_template",
              "min",
              "max",
              "step",
              "mode",
              "unit_of_measurement",
              "qos"),
          "button",
          Set.of("p", "unique_id", "name", "command_topic", "command_template", "qos"),
          "binary_sensor",
          Set.of("p", "unique_id", "name", "device_class", "state_topic", "value_template", "qos"));

  private JsonObject components;

  @BeforeEach
  void tell() throws Exception {
    stop(agent);
    probe.subscribe("homeassistant/#").subscribe("other/#");
    agent = start(null, "homeassistant");
    components = awaitConfig(probe).getJsonObject("cmps");
  }

  private static JsonObject awaitConfig(MqttProbe from) {
    return from.await(TOPIC, config -> config.getJsonObject("cmps").size() == 8);
  }

  private JsonObject component(String name) {
    return components.getJsonObject(name);
  }

  /** The value that an entity shows after the last message. */
  private String shown(String name) {
    String topic = component(name).getString("state_topic");
    List<MqttProbe.Message> heard = probe.heard(topic);
    if (heard.isEmpty()) {
      return "nothing yet";
    }
    return JinjaSubset.render(
        component(name).getString("value_template"), heard.get(heard.size() - 1).json(), null);
  }

  private void awaitShown(String name, String value) {
    await(name + " shows " + value).atMost(LIMIT).until(() -> shown(name).equals(value));
  }

  /** Publishes what Home Assistant would publish, and returns the last reply. */
  private JsonObject give(String name, Number value) {
    JsonObject component = component(name);
    String topic = component.getString("command_topic");
    String command =
        JinjaSubset.render(component.getString("command_template"), new JsonObject(), value);
    assertThat(ContractDocument.get().violation(topic, Buffer.buffer(command), false)).isEmpty();
    probe.publish(topic, command);
    return terminal(topic.replace("/cmd/", "/reply/"), new JsonObject(command).getString("id"));
  }

  @Test
  void theMessageIsRetainedAndHasTheDocumentedKeys() throws Exception {
    try (MqttProbe late = new MqttProbe(broker.address()).subscribe("homeassistant/#")) {
      JsonObject config = awaitConfig(late);
      assertThat(late.heard(TOPIC).get(0).retained()).isTrue();
      assertThat(config.fieldNames()).containsExactlyInAnyOrder("dev", "o", "cmps", "availability");
      assertThat(config.getJsonObject("dev").fieldNames())
          .containsExactlyInAnyOrder("ids", "name", "mf", "mdl");
      assertThat(config.getJsonObject("o").getString("name")).isEqualTo("hy300-agent");
      JsonObject availability = config.getJsonArray("availability").getJsonObject(0);
      assertThat(availability.fieldNames()).containsExactlyInAnyOrder("topic", "value_template");
      JsonObject status =
          probe.await(availability.getString("topic"), s -> s.getString("state").equals("online"));
      assertThat(JinjaSubset.render(availability.getString("value_template"), status, null))
          .isEqualTo("online");
    }
    Set<String> identifiers = new HashSet<>();
    for (String name : components.fieldNames()) {
      JsonObject component = component(name);
      assertThat(component.fieldNames()).as(name).isEqualTo(KEYS.get(component.getString("p")));
      assertThat(identifiers.add(component.getString("unique_id"))).isTrue();
      assertThat(component.getInteger("qos")).as(name).isOne();
    }
  }

  @Test
  void buttonsAndTheNumberMoveTheMotor() throws Exception {
    awaitShown("position", "0");
    assertThat(give("home", null).getString("status")).isEqualTo("done");
    assertThat(component("position").getInteger("max")).isEqualTo(1000);
    assertThat(give("position", 40).getString("status")).isEqualTo("done");
    assertThat(position()).isEqualTo("40");
    awaitShown("position", "40");

    // Slow, so that it is still under way when it is stopped.
    steer("motor_step_ms", "500");
    String move = component("position").getString("command_topic");
    probe.publish(
        move,
        JinjaSubset.render(
            component("position").getString("command_template"), new JsonObject(), 1000.0));
    probe.await(STATE, s -> value(s, "hy300_motor_position_steps") > 40);
    assertThat(give("stop", null).getString("status")).isEqualTo("done");
    assertThat(Integer.parseInt(position())).isBetween(41, 999);
  }

  @Test
  void whatItOrdersIsInTheCatalogueWithTheSameRangeAndUnit() {
    int controls = 0;
    for (String name : components.fieldNames()) {
      JsonObject component = component(name);
      if (!component.containsKey("command_topic")) {
        continue;
      }
      controls++;
      String[] topic = component.getString("command_topic").split("/", -1);
      CommandEntry command =
          CommandCatalogue.find(topic[topic.length - 2], topic[topic.length - 1]).orElseThrow();
      JsonObject args =
          new JsonObject(
                  JinjaSubset.render(
                      component.getString("command_template"),
                      new JsonObject(),
                      component.getInteger("min")))
              .getJsonObject("args");
      assertThat(command.check(args)).as(name).isEmpty();
      for (Argument argument : command.arguments()) {
        IntegerArgument integer = (IntegerArgument) argument;
        assertThat(args.getInteger(integer.name())).as(name).isEqualTo(integer.min());
        assertThat(component.getString("unit_of_measurement")).isEqualTo(integer.unit());
      }
    }
    assertThat(controls).isEqualTo(4);
  }

  @Test
  void faultsAreProblemsUntilTheyAreCleared() throws Exception {
    awaitShown("fault", "OFF");
    steer("motor_switch_mode", "stuck_closed");
    assertThat(give("home", null).getString("status")).isEqualTo("failed");
    awaitShown("fault", "ON");
    steer("motor_switch_mode", "ok");
    assertThat(give("clear_fault", null).getString("status")).isEqualTo("done");
    awaitShown("fault", "OFF");
    awaitShown("coprocessor", "OFF");
    steer("mips_mode", "silent");
    answer("mips/restart", "r1", "{}");
    awaitShown("coprocessor", "ON");
  }

  @Test
  void theSignalIsShown() throws Exception {
    steer("hdmi_source", "1280x720@60");
    awaitShown("signal", "ON");
    awaitShown("capture_error", "OFF");
    steer("hdmi_source", "none");
    awaitShown("signal", "OFF");
  }

  @Test
  void aSubsystemThatGoesIsUnknown() throws Exception {
    awaitShown("position", "0");
    simulator.close();
    Files.move(drivers().resolve("motor"), directory.resolve("away"));
    awaitShown("position", "None");
    awaitShown("fault", "None");
  }

  @Test
  void whatIsNotWantedAnyMoreIsRemoved() throws Exception {
    Path memory = directory.resolve("journal/p1/home-assistant");
    assertThat(memory).hasContent(TOPIC);
    stop(agent);
    agent = start(null, "other");
    probe.await("other/device/hy300_p1/config", config -> true);
    awaitRemoved(TOPIC);
    await()
        .atMost(LIMIT)
        .untilAsserted(() -> assertThat(memory).hasContent("other/device/hy300_p1/config"));
    stop(agent);
    agent = start(null, "");
    awaitRemoved("other/device/hy300_p1/config");
    await().atMost(LIMIT).until(() -> !Files.exists(memory));
    try (MqttProbe late = new MqttProbe(broker.address()).subscribe("#")) {
      late.await(ROOT + "/status", s -> s.getString("state").equals("online"));
      assertThat(late.heard(TOPIC)).isEmpty();
      assertThat(late.heard("other/device/hy300_p1/config")).isEmpty();
    }
  }

  private void awaitRemoved(String topic) {
    await()
        .atMost(LIMIT)
        .until(
            () -> {
              List<MqttProbe.Message> heard = probe.heard(topic);
              return heard.get(heard.size() - 1).payload().length() == 0;
            });
  }
}
