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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Motor, HDMI input, co-processor and the agent itself take commands. */
@Timeout(300)
class CommandTest extends AgentFixture {
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
  void aStopEndsTheMoveAndBothAreAnswered() throws Exception {
    home();
    beginMove("m1");
    probe.publish(ROOT + "/cmd/motor/stop", command("stop", "{}"));
    assertThat(terminal(ROOT + "/reply/motor/stop", "stop").getString("status")).isEqualTo("done");
    JsonObject reply = terminal(MOVE_REPLY, "m1");
    assertThat(reply.getString("status")).isEqualTo("cancelled");
    assertThat(reply.getJsonObject("error").getString("code")).isEqualTo("stopped");
    assertThat(probe.heard(EVENT))
        .noneMatch(e -> e.json().getString("event").equals("position_reached"));
  }

  @Test
  void aNewMoveSupersedesTheOldOne() throws Exception {
    home();
    beginMove("m1");
    probe.publish(MOVE, command("m2", "{\"position\":10}"));
    JsonObject first = terminal(MOVE_REPLY, "m1");
    assertThat(first.getJsonObject("error").getString("code")).isEqualTo("superseded");
    assertThat(terminal(MOVE_REPLY, "m2").getString("status")).isEqualTo("done");
  }

  @Test
  void aMotorThatIsNotHomedRefusesAMove() throws Exception {
    probe.publish(MOVE, command("m1", "{\"position\":50}"));
    JsonObject reply = terminal(MOVE_REPLY, "m1");
    assertThat(reply.getString("status")).isEqualTo("failed");
    assertThat(reply.getJsonObject("error").getString("code")).isEqualTo("not_homed");
    assertThat(position()).isEqualTo("0");
  }

  @Test
  void aHomingThatFailsIsAFaultAndAnEvent() throws Exception {
    steer("motor_switch_mode", "stuck_closed");
    probe.publish(ROOT + "/cmd/motor/home", command("h1", "{}"));
    JsonObject reply = terminal(ROOT + "/reply/motor/home", "h1");
    assertThat(reply.getString("status")).isEqualTo("failed");
    assertThat(reply.getJsonObject("error").getString("code")).isEqualTo("fault");
    assertThat(reply.getJsonObject("error").getString("message")).contains("limit_switch_stuck");
    probe.await(EVENT, e -> e.getString("event").equals("fault"));
    probe.await(EVENT, e -> e.getString("event").equals("homing_failed"));
    steer("motor_switch_mode", "ok");
    probe.publish(ROOT + "/cmd/motor/clear_fault", command("c1", "{}"));
    assertThat(terminal(ROOT + "/reply/motor/clear_fault", "c1").getString("status"))
        .isEqualTo("done");
    home();
  }

  @Test
  void aMotorThatTakesNoStepEndsInATimeout() throws Exception {
    home();
    steer("motor_step_ms", "3600000");
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
    assertThat(position()).isEqualTo("0");
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
        .atMost(Duration.ofSeconds(60))
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
    // Events are in order: a repeated one of the first move would come before the second's.
    probe.publish(MOVE, command("other", "{\"position\":10}"));
    probe.await(EVENT, e -> e.getJsonObject("data").getInteger("position") == 10);
    assertThat(probe.heard(EVENT))
        .filteredOn(e -> e.json().getString("event").equals("position_reached"))
        .hasSize(2);
  }

  @Test
  void aRetainedCommandIsRejectedWheneverItIsFound() throws Exception {
    stop(agent);
    probe.publish(MOVE, Buffer.buffer(command("kept", "{\"position\":9}")), true);
    agent = start(null);
    JsonObject reply = terminal(MOVE_REPLY, "kept");
    assertThat(reply.getString("status")).isEqualTo("rejected");
    assertThat(reply.getJsonObject("error").getString("code")).isEqualTo("retained");
    assertThat(position()).isEqualTo("0");
    probe.publish(MOVE, Buffer.buffer(), true);
  }

  @Test
  void aRetainedCommandIsRejectedWhileTheAgentIsThereToo() throws Exception {
    home();
    probe.publish(MOVE, Buffer.buffer(command("kept", "{\"position\":9}")), true);
    JsonObject reply = terminal(MOVE_REPLY, "kept");
    assertThat(reply.getString("status")).isEqualTo("rejected");
    assertThat(reply.getJsonObject("error").getString("code")).isEqualTo("retained");
    assertThat(position()).isEqualTo("0");
    probe.publish(MOVE, Buffer.buffer(), true);
  }

  @Test
  void whatCannotBeAnsweredIsCounted() {
    String malformed = "hy300_agent_messages_dropped_total{reason=\"malformed\"}";
    String done = "hy300_agent_commands_total{status=\"done\"}";
    String tooLarge = "hy300_agent_messages_dropped_total{reason=\"too_large\"}";
    probe.publish(MOVE, "{\"id\":");
    probe.publish(MOVE, "[]");
    probe.publish(MOVE, "");
    probe.publish(MOVE, Buffer.buffer(new byte[100_000]), false);
    probe.publish(MOVE, Buffer.buffer(new byte[1_000_000]), false);
    probe.await(OWN_STATE, s -> value(s, malformed) == 3 && value(s, tooLarge) == 2);
    // More than the session reads, so the broker keeps it back.
    probe.publish(MOVE, Buffer.buffer(new byte[3_000_000]), false);
    home();
    JsonObject state = probe.await(OWN_STATE, s -> value(s, done) == 1);
    assertThat(value(state, "hy300_agent_connects_total")).isEqualTo(1);
  }

  @Test
  void theHdmiInputIsSwitchedAndItsSignalMakesEvents() throws Exception {
    steer("hdmi_source", "none");
    probe.await(ROOT + "/state/tvcap", s -> value(s, "hy300_tvcap_hdmi_connected") == 0);
    assertThat(answer("tvcap/stop", "t1", "{}").getJsonObject("result"))
        .isEqualTo(new JsonObject().put("enabled", "0"));
    assertThat(answer("tvcap/start", "t2", "{}").getString("status")).isEqualTo("done");
    assertThat(statuses(ROOT + "/reply/tvcap/start", "t2")).containsExactly("accepted", "done");
    steer("hdmi_source", "1280x720@60");
    String events = ROOT + "/event/tvcap";
    for (String event : List.of("hdmi_connected", "signal_detected")) {
      probe.await(events, e -> e.getString("event").equals(event));
    }
    steer("hdmi_source", "none");
    for (String event : List.of("signal_lost", "hdmi_disconnected")) {
      probe.await(events, e -> e.getString("event").equals(event));
    }
  }

  @Test
  void theCoprocessorTakesItsCommands() throws Exception {
    String corners = "[1,2,3,4,5,6,7,-8]";
    assertThat(
            answer("mips/keystone", "k1", "{\"corners\":" + corners + "}").getJsonObject("result"))
        .isEqualTo(new JsonObject().put("keystone", "1 2 3 4 5 6 7 -8"));
    assertThat(answer("mips/keystone", "k2", "{\"corners\":[1,2]}").getString("status"))
        .isEqualTo("rejected");
    assertThat(answer("mips/load_firmware", "f1", "{\"name\":\"../x\"}").getString("status"))
        .isEqualTo("rejected");
    // Lasting states are reported. Whether states in between are seen depends on the machine.
    steer("mips_mode", "silent");
    assertThat(answer("mips/restart", "r1", "{}").getString("status")).isEqualTo("done");
    String events = ROOT + "/event/mips";
    probe.await(events, e -> state(e, "unresponsive"));
    steer("mips_mode", "ok");
    assertThat(answer("mips/restart", "r2", "{}").getString("status")).isEqualTo("done");
    probe.await(events, e -> state(e, "running"));

    simulator.close();
    Files.delete(drivers().resolve("mips/load_firmware"));
    assertThat(
            answer("mips/load_firmware", "f2", "{\"name\":\"a+b.bin\"}")
                .getJsonObject("error")
                .getString("code"))
        .isEqualTo("unavailable");
    probe.await(
        events,
        e ->
            e.getString("event").equals("firmware_failed")
                && e.getJsonObject("data").getString("name").equals("a+b.bin"));
  }

  private static boolean state(JsonObject event, String word) {
    return event.getString("event").equals("mips_state")
        && event.getJsonObject("data").getString("state").equals(word);
  }

  @Test
  void aPingNeedsABridgeAndARefreshNone() {
    JsonObject ping = answer("agent/ping", "p1", "{}");
    assertThat(ping.getString("status")).isEqualTo("failed");
    assertThat(ping.getJsonObject("error").getString("message")).contains("no-bridge is not open");
    assertThat(answer("agent/refresh", "r1", "{}").getString("status")).isEqualTo("done");
  }

  @Test
  void stoppingAnswersWhatIsUnderWay() throws Exception {
    home();
    beginMove("m1");
    stop(agent);
    JsonObject reply = terminal(MOVE_REPLY, "m1");
    assertThat(reply.getString("status")).isEqualTo("failed");
    assertThat(reply.getJsonObject("error").getString("code")).isEqualTo("interrupted");
    agent = start(null);
  }

  @Test
  void beforeTheClockIsSynchronisedOnlyStoppingIsTaken() throws Exception {
    home();
    Path marker = directory.resolve("synchronized");
    restart(marker);
    probe.publish(MOVE, command("early", "{\"position\":9}"));
    JsonObject reply = terminal(MOVE_REPLY, "early");
    assertThat(reply.getString("status")).isEqualTo("rejected");
    assertThat(reply.getJsonObject("error").getString("code")).isEqualTo("clock_unsynced");
    probe.publish(
        ROOT + "/cmd/motor/stop", command("stop", "{}", Instant.now().minusSeconds(3600)));
    assertThat(terminal(ROOT + "/reply/motor/stop", "stop").getString("status")).isEqualTo("done");
    assertThat(position()).isEqualTo("0");
    Files.createFile(marker);
    probe.publish(MOVE, command("move", "{\"position\":9}"));
    assertThat(terminal(MOVE_REPLY, "move").getString("status")).isEqualTo("done");
  }

  @Test
  void moreCommandsThanEightAtOnceAreRejectedAndAStopIsNot() throws Exception {
    home();
    simulator.close();
    // Writing to a FIFO blocks until somebody reads: the first command delays the others.
    Path order = drivers().resolve("motor/home");
    Files.delete(order);
    assertThat(new ProcessBuilder("mkfifo", "-m", "200", order.toString()).start().waitFor())
        .isZero();
    String home = ROOT + "/cmd/motor/home";
    String reply = ROOT + "/reply/motor/home";
    for (int i = 1; i <= 9; i++) {
      probe.publish(home, command("h" + i, "{}"));
    }
    assertThat(terminal(reply, "h9").getJsonObject("error").getString("code")).isEqualTo("busy");
    probe.publish(ROOT + "/cmd/motor/stop", command("stop", "{}"));
    assertThat(terminal(ROOT + "/reply/motor/stop", "stop").getString("status")).isEqualTo("done");
    assertThat(Files.readString(order)).isEqualTo("1");
    terminal(reply, "h1");
    for (int i = 2; i <= 8; i++) {
      assertThat(terminal(reply, "h" + i).getString("status")).isEqualTo("cancelled");
    }
  }
}
