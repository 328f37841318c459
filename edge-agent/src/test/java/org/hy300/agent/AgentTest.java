// SPDX-License-Identifier: Apache-2.0
package org.hy300.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.hy300.contract.Topics;
import org.hy300.mqtt.BrokerAccess;
import org.hy300.testing.Mosquitto;
import org.hy300.testing.MqttProbe;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A whole agent with a real mosquitto and a motor in a plain directory. */
@Timeout(60)
class AgentTest {
  private static final String ROOT = "hy300/v1/p1";
  private static final String MOVE = ROOT + "/cmd/motor/move";
  private static final String MOVE_REPLY = ROOT + "/reply/motor/move";
  private static final String STATE = ROOT + "/state/motor";
  private static final String EVENT = ROOT + "/event/motor";
  private static final String OWN_STATE = ROOT + "/state/agent";

  @TempDir private Path directory;
  private Mosquitto broker;
  private DirectoryMotor motor;
  private MqttProbe probe;
  private Agent agent;

  @BeforeEach
  void start() throws Exception {
    broker = new Mosquitto(directory);
    motor = new DirectoryMotor(directory.resolve("class"));
    probe = new MqttProbe(broker.address()).subscribe("hy300/v1/#");
    agent = start("p1");
    probe.await(STATE, state -> value(state, "hy300_motor_position_steps") == 8);
  }

  @AfterEach
  void stop() throws Exception {
    stop(agent);
    probe.close();
    motor.close();
    broker.close();
  }

  private Agent start(String device) {
    Agent started =
        new Agent(
            Agent.vertx(),
            new AgentConfig(
                BrokerAccess.open(broker.address()),
                device,
                1,
                directory.resolve("class"),
                directory.resolve("no-bridge"),
                directory.resolve("no-pipe"),
                Topics.standard(),
                Map.of("site", "berlin")));
    started.start();
    return started;
  }

  private static void stop(Agent agent) throws Exception {
    agent.stop().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
  }

  private static double value(JsonObject state, String series) {
    return state.getJsonObject("values").getDouble(series, Double.NaN);
  }

  private static String command(String id, String args) {
    return command(id, args, Instant.now().plusSeconds(30));
  }

  private static String command(String id, String args, Instant expires) {
    return "{\"id\":\"%s\",\"issued\":\"%s\",\"expires\":\"%s\",\"args\":%s}"
        .formatted(id, Instant.now(), expires, args);
  }

  private JsonObject terminal(String topic, String id) {
    return probe.await(
        topic,
        reply -> reply.getString("id").equals(id) && !reply.getString("status").equals("accepted"));
  }

  private List<String> statuses(String topic, String id) {
    return probe.heard(topic).stream()
        .map(MqttProbe.Message::json)
        .filter(reply -> reply.getString("id").equals(id))
        .map(reply -> reply.getString("status"))
        .toList();
  }

  private void home() {
    probe.publish(ROOT + "/cmd/motor/home", command("home", "{}"));
    assertThat(terminal(ROOT + "/reply/motor/home", "home").getString("status")).isEqualTo("done");
  }

  private String position() throws Exception {
    return Files.readString(directory.resolve("class/motor/position")).strip();
  }

  @Test
  void anAgentSaysThatItIsThereAndWhatItIs() throws Exception {
    JsonObject status = probe.await(ROOT + "/status", s -> s.getString("state").equals("online"));
    JsonObject info =
        probe.await(
            ROOT + "/info",
            i -> i.getJsonObject("families").containsKey("hy300_motor_steps_total"));
    assertThat(info.getString("session")).isEqualTo(status.getString("session"));
    assertThat(info.getJsonObject("labels").getString("site")).isEqualTo("berlin");
    assertThat(info.getJsonArray("subsystems")).containsExactly("agent", "motor");
    probe.await(ROOT + "/event/agent", e -> e.getString("event").equals("agent_started"));
    JsonObject state = probe.heard(STATE).get(0).json();
    assertThat(state.getString("session")).isEqualTo(status.getString("session"));

    try (MqttProbe late = new MqttProbe(broker.address()).subscribe(ROOT + "/#")) {
      late.await(ROOT + "/status", s -> s.getString("state").equals("online"));
      late.await(STATE, s -> value(s, "hy300_motor_position_steps") == 8);
      assertThat(late.heard(ROOT + "/event/agent")).isEmpty();
    }
    stop(agent);
    probe.await(ROOT + "/status", s -> s.getString("state").equals("offline"));
    agent = start("p1");
  }

  @Test
  void aMoveIsAcceptedSeenReachedAndDone() throws Exception {
    home();
    probe.publish(MOVE, command("m1", "{\"position\":120}"));
    JsonObject reply = terminal(MOVE_REPLY, "m1");
    assertThat(reply.getString("status")).isEqualTo("done");
    assertThat(reply.getJsonObject("result").getInteger("position")).isEqualTo(120);
    assertThat(statuses(MOVE_REPLY, "m1")).containsExactly("accepted", "done");
    probe.await(
        EVENT,
        e ->
            e.getString("event").equals("position_reached")
                && e.getJsonObject("data").getInteger("position") == 120);
    probe.await(STATE, s -> value(s, "hy300_motor_position_steps") == 120);
    probe.await(EVENT, e -> e.getString("event").equals("homed"));
  }

  @Test
  void aStepGoesFromWhereTheMotorStands() throws Exception {
    home();
    probe.publish(ROOT + "/cmd/motor/step", command("s1", "{\"steps\":7}"));
    assertThat(terminal(ROOT + "/reply/motor/step", "s1").getString("status")).isEqualTo("done");
    probe.publish(ROOT + "/cmd/motor/step", command("s2", "{\"steps\":-2}"));
    terminal(ROOT + "/reply/motor/step", "s2");
    assertThat(position()).isEqualTo("5");
    probe.publish(ROOT + "/cmd/motor/step", command("s3", "{\"steps\":-6}"));
    assertThat(terminal(ROOT + "/reply/motor/step", "s3").getString("status"))
        .isEqualTo("rejected");
  }

  @Test
  void aStopEndsTheMoveAndBothAreAnswered() {
    home();
    probe.publish(MOVE, command("m1", "{\"position\":1000}"));
    probe.await(STATE, s -> value(s, "hy300_motor_position_steps") > 20);
    probe.publish(ROOT + "/cmd/motor/stop", command("stop", "{}"));
    assertThat(terminal(ROOT + "/reply/motor/stop", "stop").getString("status")).isEqualTo("done");
    JsonObject reply = terminal(MOVE_REPLY, "m1");
    assertThat(reply.getString("status")).isEqualTo("cancelled");
    assertThat(reply.getJsonObject("error").getString("code")).isEqualTo("stopped");
    assertThat(probe.heard(EVENT))
        .noneMatch(e -> e.json().getString("event").equals("position_reached"));
  }

  @Test
  void aNewMoveSupersedesTheOldOne() {
    home();
    probe.publish(MOVE, command("m1", "{\"position\":1000}"));
    probe.await(STATE, s -> value(s, "hy300_motor_position_steps") > 20);
    probe.publish(MOVE, command("m2", "{\"position\":10}"));
    JsonObject first = terminal(MOVE_REPLY, "m1");
    assertThat(first.getJsonObject("error").getString("code")).isEqualTo("superseded");
    assertThat(terminal(MOVE_REPLY, "m2").getString("status")).isEqualTo("done");
  }

  @Test
  void aHomingThatFailsIsAFaultAndAnEvent() {
    motor.homingFault = "limit_switch_stuck";
    probe.publish(ROOT + "/cmd/motor/home", command("h1", "{}"));
    JsonObject reply = terminal(ROOT + "/reply/motor/home", "h1");
    assertThat(reply.getString("status")).isEqualTo("failed");
    assertThat(reply.getJsonObject("error").getString("code")).isEqualTo("fault");
    assertThat(reply.getJsonObject("error").getString("message")).contains("limit_switch_stuck");
    probe.await(EVENT, e -> e.getString("event").equals("fault"));
    probe.await(EVENT, e -> e.getString("event").equals("homing_failed"));
    motor.homingFault = "none";
    probe.publish(ROOT + "/cmd/motor/clear_fault", command("c1", "{}"));
    assertThat(terminal(ROOT + "/reply/motor/clear_fault", "c1").getString("status"))
        .isEqualTo("done");
    home();
  }

  @Test
  void aMotorThatTakesNoStepEndsInATimeout() {
    home();
    motor.stuck = true;
    probe.publish(MOVE, command("m1", "{\"position\":50}"));
    JsonObject reply = terminal(MOVE_REPLY, "m1");
    assertThat(reply.getString("status")).isEqualTo("failed");
    assertThat(reply.getJsonObject("error").getString("code")).isEqualTo("timeout");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "5000      | rejected | invalid_argument",
        "-1        | rejected | invalid_argument",
        "1.5       | rejected | invalid_argument",
        "\"abc\"   | rejected | invalid_argument",
        "null      | rejected | invalid_argument",
        "1e300     | rejected | invalid_argument",
      })
  void whatIsNoPositionIsRejectedAndMovesNothing(String position, String status, String code)
      throws Exception {
    probe.publish(MOVE, command("bad", "{\"position\":" + position + "}"));
    JsonObject reply = terminal(MOVE_REPLY, "bad");
    assertThat(reply.getString("status")).isEqualTo(status);
    assertThat(reply.getJsonObject("error").getString("code")).isEqualTo(code);
    assertThat(position()).isEqualTo("8");
  }

  @Test
  void aCommandThatComesLateOrTwiceOrIsUnknownIsNotExecuted() throws Exception {
    home();
    probe.publish(MOVE, command("late", "{\"position\":9}", Instant.now().minusSeconds(1)));
    assertThat(terminal(MOVE_REPLY, "late").getString("status")).isEqualTo("expired");
    probe.publish(ROOT + "/cmd/motor/dance", command("dance", "{}"));
    assertThat(
            terminal(ROOT + "/reply/motor/dance", "dance").getJsonObject("error").getString("code"))
        .isEqualTo("unknown_command");
    probe.publish(MOVE, "{\"id\":\"noexpiry\",\"args\":{\"position\":9}}");
    assertThat(terminal(MOVE_REPLY, "noexpiry").getString("status")).isEqualTo("rejected");
    assertThat(position()).isEqualTo("0");

    probe.publish(MOVE, command("twice", "{\"position\":9}"));
    terminal(MOVE_REPLY, "twice");
    probe.publish(MOVE, command("away", "{\"position\":0}"));
    terminal(MOVE_REPLY, "away");
    probe.publish(MOVE, command("twice", "{\"position\":9}"));
    await()
        .atMost(Duration.ofSeconds(10))
        .until(() -> statuses(MOVE_REPLY, "twice").equals(List.of("accepted", "done", "done")));
    assertThat(position()).isEqualTo("0");
  }

  @Test
  void aCommandThatComesAgainBeforeItIsAnsweredIsExecutedOnce() {
    home();
    String command = command("again", "{\"position\":9}");
    for (int i = 0; i < 5; i++) {
      probe.publish(MOVE, command);
    }
    terminal(MOVE_REPLY, "again");
    probe.publish(ROOT + "/cmd/motor/stop", command("last", "{}"));
    terminal(ROOT + "/reply/motor/stop", "last");
    probe.await(OWN_STATE, s -> value(s, "hy300_agent_commands_total{status=\"done\"}") >= 3);
    assertThat(probe.heard(OWN_STATE))
        .noneMatch(s -> value(s.json(), "hy300_agent_commands_total{status=\"done\"}") > 3);
    assertThat(probe.heard(EVENT))
        .filteredOn(e -> e.json().getString("event").equals("position_reached"))
        .hasSize(1);
  }

  @Test
  void aRetainedCommandIsRejectedWheneverItIsFound() throws Exception {
    stop(agent);
    probe.publish(MOVE, Buffer.buffer(command("kept", "{\"position\":9}")), true);
    agent = start("p1");
    JsonObject reply = terminal(MOVE_REPLY, "kept");
    assertThat(reply.getString("status")).isEqualTo("rejected");
    assertThat(reply.getJsonObject("error").getString("code")).isEqualTo("retained");
    assertThat(position()).isEqualTo("8");
    probe.publish(MOVE, Buffer.buffer(), true);
  }

  @Test
  void whatCannotBeAnsweredIsCounted() {
    String malformed = "hy300_agent_messages_dropped_total{reason=\"malformed\"}";
    String tooLarge = "hy300_agent_messages_dropped_total{reason=\"too_large\"}";
    probe.publish(MOVE, "{\"id\":");
    probe.publish(MOVE, "[]");
    probe.publish(MOVE, "");
    probe.publish(MOVE, Buffer.buffer(new byte[100_000]), false);
    probe.publish(MOVE, Buffer.buffer(new byte[1_000_000]), false);
    probe.await(OWN_STATE, s -> value(s, malformed) == 3 && value(s, tooLarge) == 2);
    // Larger than the session reads: the connection ends, and comes back.
    probe.publish(MOVE, Buffer.buffer(new byte[3_000_000]), false);
    probe.await(OWN_STATE, s -> value(s, "hy300_agent_connects_total") == 2);
    home();
  }

  @Test
  void aBrokerThatDiesIsFoundAgain() throws Exception {
    home();
    broker.kill();
    Files.writeString(directory.resolve("class/motor/target_position"), "20\n");
    await().atMost(Duration.ofSeconds(10)).until(() -> position().equals("20"));
    broker.start();
    try (MqttProbe again = new MqttProbe(broker.address()).subscribe("hy300/v1/#")) {
      again.await(ROOT + "/status", s -> s.getString("state").equals("online"));
      again.await(STATE, s -> value(s, "hy300_motor_position_steps") == 20);
      again.await(OWN_STATE, s -> value(s, "hy300_agent_connects_total") == 2);
      assertThat(
              again
                  .await(OWN_STATE, s -> value(s, "hy300_agent_outbox_messages") == 0)
                  .getJsonObject("values")
                  .getInteger("hy300_agent_events_dropped_total"))
          .isZero();
    }
  }

  @Test
  void aLateWillIsAnsweredWithOnline() {
    probe.await(ROOT + "/status", s -> s.getString("state").equals("online"));
    int before = probe.heard(ROOT + "/status").size();
    probe.publish(
        ROOT + "/status",
        Buffer.buffer(
            "{\"state\":\"offline\",\"session\":\"old\",\"time\":\"2026-01-01T00:00:00Z\"}"),
        true);
    await()
        .atMost(Duration.ofSeconds(10))
        .until(() -> probe.heard(ROOT + "/status").size() >= before + 2);
    assertThat(probe.heard(ROOT + "/status").get(before + 1).json().getString("state"))
        .isEqualTo("online");
  }

  @Test
  void aSubsystemThatGoesLeavesAnEmptyStateAndMayComeBack() throws Exception {
    motor.close();
    Path class0 = directory.resolve("class");
    Files.move(class0.resolve("motor"), directory.resolve("away"));
    probe.await(STATE, s -> s.getJsonObject("values").isEmpty());
    probe.publish(MOVE, command("m1", "{\"position\":5}"));
    assertThat(terminal(MOVE_REPLY, "m1").getJsonObject("error").getString("code"))
        .isEqualTo("unavailable");
    int before = probe.heard(STATE).size();
    Files.move(directory.resolve("away"), class0.resolve("motor"));
    await()
        .atMost(Duration.ofSeconds(15))
        .until(
            () ->
                probe.heard(STATE).stream()
                    .skip(before)
                    .anyMatch(s -> value(s.json(), "hy300_motor_position_steps") == 8));
  }

  @Test
  void aSubsystemThatGoesWhileTheBrokerIsAwayIsEmptyAfterwards() throws Exception {
    motor.close();
    broker.kill();
    Files.move(directory.resolve("class/motor"), directory.resolve("away"));
    // Longer than the agent takes to look for devices again.
    await("a sweep").pollDelay(Duration.ofSeconds(6)).until(() -> true);
    broker.start();
    try (MqttProbe again = new MqttProbe(broker.address()).subscribe("hy300/v1/#")) {
      again.await(STATE, s -> s.getJsonObject("values").isEmpty());
    }
  }

  @Test
  void stoppingAnswersWhatIsUnderWay() throws Exception {
    home();
    probe.publish(MOVE, command("m1", "{\"position\":1000}"));
    probe.await(STATE, s -> value(s, "hy300_motor_position_steps") > 5);
    stop(agent);
    JsonObject reply = terminal(MOVE_REPLY, "m1");
    assertThat(reply.getString("status")).isEqualTo("failed");
    assertThat(reply.getJsonObject("error").getString("code")).isEqualTo("interrupted");
    agent = start("p1");
  }
}
