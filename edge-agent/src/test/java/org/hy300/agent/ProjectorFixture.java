// SPDX-License-Identifier: Apache-2.0
// A simulated projector, a real mosquitto and a subscriber: the surroundings of an agent.
package org.hy300.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.hy300.contract.Topics;
import org.hy300.mqtt.BrokerAccess;
import org.hy300.simulator.Simulator;
import org.hy300.testing.Mosquitto;
import org.hy300.testing.MqttProbe;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** Everything starts before each test and ends after it. */
abstract class ProjectorFixture {
  static final String ROOT = "hy300/v1/p1";
  static final String MOVE = ROOT + "/cmd/motor/move";
  static final String MOVE_REPLY = ROOT + "/reply/motor/move";
  static final String STATE = ROOT + "/state/motor";
  static final String EVENT = ROOT + "/event/motor";

  @TempDir Path directory;
  Mosquitto broker;
  Simulator simulator;
  MqttProbe probe;

  @BeforeEach
  final void startBrokerAndProjector() throws Exception {
    broker = new Mosquitto(directory);
    simulator = new Simulator();
    simulator.add(directory.resolve("projector"), 1);
    probe = new MqttProbe(broker.address()).subscribe("hy300/v1/#");
  }

  @AfterEach
  final void stopBrokerAndProjector() throws Exception {
    simulator.close();
    broker.close();
    // Last: it fails the test if a message has violated the contract.
    probe.close();
  }

  final Path drivers() {
    return directory.resolve("projector/hy300");
  }

  final AgentConfig config(Path clockMarker, String homeAssistant) {
    return new AgentConfig(
        BrokerAccess.open(broker.address()),
        // On a busy machine a broker is silent for a second, and a command sent meanwhile is lost.
        3,
        new AgentConfig.Projector("p1", Map.of("site", "berlin"), Topics.standard()),
        new AgentConfig.Drivers(
            drivers(), directory.resolve("no-bridge"), directory.resolve("pipe")),
        new AgentConfig.Storage(
            directory.resolve("journal"), AgentConfig.MIB, directory.resolve("run")),
        clockMarker,
        List.of(),
        homeAssistant);
  }

  /** Controls the simulated hardware. */
  final void steer(String knob, String value) throws IOException {
    Files.writeString(directory.resolve("projector/board").resolve(knob), value);
  }

  static double value(JsonObject state, String series) {
    return state.getJsonObject("values").getDouble(series, Double.NaN);
  }

  static String command(String id, String args) {
    return command(id, args, Instant.now().plusSeconds(30));
  }

  static String command(String id, String args, Instant expires) {
    return "{\"id\":\"%s\",\"issued\":\"%s\",\"expires\":\"%s\",\"args\":%s}"
        .formatted(id, Instant.now(), expires, args);
  }

  final JsonObject terminal(String topic, String id) {
    return probe.await(
        topic,
        reply -> reply.getString("id").equals(id) && !reply.getString("status").equals("accepted"));
  }

  final List<String> statuses(String topic, String id) {
    return probe.heard(topic).stream()
        .map(MqttProbe.Message::json)
        .filter(reply -> reply.getString("id").equals(id))
        .map(reply -> reply.getString("status"))
        .toList();
  }

  /** Starts a move that outlasts any test, and waits until its first steps are made. */
  final void beginMove(String id) throws IOException {
    steer("motor_step_ms", "500");
    probe.publish(MOVE, command(id, "{\"position\":1000}"));
    probe.await(
        STATE,
        s ->
            value(s, "hy300_motor_target_steps") == 1000
                && value(s, "hy300_motor_position_steps") > 2);
  }

  /** Sends a command such as motor/home and waits for its final reply. */
  final JsonObject answer(String command, String id, String args) {
    probe.publish(ROOT + "/cmd/" + command, command(id, args));
    return terminal(ROOT + "/reply/" + command, id);
  }

  final void home() {
    assertThat(answer("motor/home", "home", "{}").getString("status")).isEqualTo("done");
  }

  final String position() throws IOException {
    return Files.readString(drivers().resolve("motor/position")).strip();
  }
}
