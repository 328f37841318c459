// SPDX-License-Identifier: Apache-2.0
package org.hy300.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.hy300.agent.source.SysfsSource;
import org.hy300.contract.CommandCatalogue;
import org.hy300.contract.CommandEntry;
import org.hy300.testing.LogLines;
import org.hy300.testing.MqttProbe;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A whole agent with a real mosquitto and a simulated projector. */
@Timeout(300)
class AgentTest extends AgentFixture {
  @Test
  void anAgentSaysThatItIsThereAndWhatItIs() throws Exception {
    JsonObject status = probe.await(ROOT + "/status", s -> s.getString("state").equals("online"));
    JsonObject info =
        probe.await(
            ROOT + "/info",
            i ->
                i.getJsonObject("families").containsKey("hy300_motor_steps_total")
                    && i.getJsonArray("subsystems").size() == 5);
    assertThat(info.getString("session")).isEqualTo(status.getString("session"));
    assertThat(info.getJsonObject("labels").getString("site")).isEqualTo("berlin");
    assertThat(info.getJsonArray("subsystems"))
        .containsExactly("agent", "board", "mips", "motor", "tvcap");
    assertThat(info.getJsonArray("commands"))
        .containsExactlyElementsOf(
            CommandCatalogue.COMMANDS.stream().map(CommandEntry::name).toList());
    assertThat(info.getJsonObject("role")).isEqualTo(new JsonObject().put("motor", "keystone"));
    assertThat(info.getJsonObject("source"))
        .isEqualTo(
            new JsonObject()
                .put("agent", "agent")
                .put("board", "kernel")
                .put("mips", "drivers")
                .put("motor", "drivers")
                .put("tvcap", "drivers"));
    probe.await(ROOT + "/event/agent", e -> e.getString("event").equals("agent_started"));
    JsonObject state = probe.heard(STATE).get(0).json();
    assertThat(state.getString("session")).isEqualTo(status.getString("session"));

    try (MqttProbe late = new MqttProbe(broker.address()).subscribe(ROOT + "/#")) {
      late.await(ROOT + "/status", s -> s.getString("state").equals("online"));
      late.await(STATE, s -> value(s, "hy300_motor_position_steps") == 0);
      assertThat(late.heard(ROOT + "/event/agent")).isEmpty();
    }
    stop(agent);
    probe.await(ROOT + "/status", s -> s.getString("state").equals("offline"));
    agent = start(null);
  }

  @Test
  void aBrokerThatDiesIsFoundAgain() throws Exception {
    home();
    broker.kill();
    Files.writeString(drivers().resolve("motor/target_position"), "20\n");
    await().atMost(Duration.ofSeconds(60)).until(() -> position().equals("20"));
    broker.start();
    try (MqttProbe again = new MqttProbe(broker.address()).subscribe("hy300/v1/#")) {
      long connection =
          again
              .await(ROOT + "/status", s -> s.getString("state").equals("online"))
              .getLong("connection");
      assertThat(connection)
          .isGreaterThan(probe.heard(ROOT + "/status").get(0).json().getLong("connection"));
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
  void processesAreWatchedListedAndForgotten() {
    String state = ROOT + "/state/process";
    String self = "{\"pid\":" + ProcessHandle.current().pid() + "}";
    String labels = "{pid=\"" + ProcessHandle.current().pid() + "\"}";
    assertThat(answer("process/add", "a1", self).getString("status")).isEqualTo("done");
    JsonObject first =
        probe.await(state, s -> value(s, "hy300_process_cpu_percent" + labels) >= 0.01);
    assertThat(value(first, "hy300_process_resident_memory_bytes" + labels)).isGreaterThan(1 << 20);
    assertThat(value(first, "hy300_process_virtual_memory_bytes" + labels)).isGreaterThan(1 << 20);
    probe.await(
        ROOT + "/event/process",
        e ->
            e.getString("event").equals("process_sample")
                && e.getJsonObject("data").size() == 7
                && e.getJsonObject("data").getLong("pid") == ProcessHandle.current().pid());
    probe.await(
        ROOT + "/info", i -> i.getJsonObject("families").containsKey("hy300_process_cpu_percent"));

    answer("process/add", "a2", "{\"unit\":\"nobody.service\"}");
    JsonObject list = answer("process/list", "l1", "{}").getJsonObject("result");
    assertThat(list.getJsonArray("watches")).hasSize(2);
    assertThat(list.encode()).contains("\"process_name\":\"java\"");
    assertThat(
            answer("process/add", "a3", "{\"pid\":4194304}")
                .getJsonObject("error")
                .getString("code"))
        .isEqualTo("unavailable");
    assertThat(answer("process/add", "a4", "{\"pid\":1,\"name\":\"x\"}").getString("status"))
        .isEqualTo("rejected");
    assertThat(answer("process/remove", "r1", "{\"name\":\"x\"}").getString("status"))
        .isEqualTo("failed");
    answer("process/remove", "r2", "{\"unit\":\"nobody.service\"}");
    answer("process/remove", "r3", self);
    probe.await(state, s -> s.getJsonObject("values").isEmpty());
  }

  @Test
  void theBoardsSensorsAreState() {
    JsonObject state = probe.await(ROOT + "/state/board", s -> true);
    assertThat(
            value(
                state, "hy300_board_hwmon_temp_celsius{chip=\"ntc_thermistor\",sensor=\"temp1\"}"))
        .isBetween(30.0, 60.0);
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
        .atMost(Duration.ofSeconds(60))
        .until(() -> probe.heard(ROOT + "/status").size() >= before + 2);
    assertThat(probe.heard(ROOT + "/status").get(before + 1).json().getString("state"))
        .isEqualTo("online");
  }

  /** Ignores the given number of first states. */
  private void motorComesBack(int before) {
    await()
        .atMost(Duration.ofSeconds(60))
        .until(
            () ->
                probe.heard(STATE).stream()
                    .skip(before)
                    .anyMatch(s -> value(s.json(), "hy300_motor_position_steps") == 0));
  }

  @Test
  void aSubsystemThatGoesLeavesAnEmptyStateAndMayComeBack() throws Exception {
    simulator.close();
    Path class0 = drivers();
    Files.move(class0.resolve("motor"), directory.resolve("away"));
    probe.await(STATE, s -> s.getJsonObject("values").isEmpty());
    probe.await(
        ROOT + "/info",
        info ->
            info.getJsonArray("commands").contains("mips/restart")
                && !info.getJsonArray("commands").contains("motor/move"));
    probe.publish(MOVE, command("m1", "{\"position\":5}"));
    assertThat(terminal(MOVE_REPLY, "m1").getJsonObject("error").getString("code"))
        .isEqualTo("unavailable");
    int before = probe.heard(STATE).size();
    Files.move(directory.resolve("away"), class0.resolve("motor"));
    motorComesBack(before);
  }

  @Test
  void theClassThatGoesAndComesBackIsFollowedAgain() throws Exception {
    simulator.close();
    List<String> states = List.of(STATE, ROOT + "/state/tvcap", ROOT + "/state/mips");
    for (String state : states) {
      probe.await(state, s -> !s.getJsonObject("values").isEmpty());
    }
    Files.move(drivers(), directory.resolve("away"));
    for (String state : states) {
      probe.await(state, s -> s.getJsonObject("values").isEmpty());
    }
    int before = probe.heard(STATE).size();
    Files.move(directory.resolve("away"), drivers());
    motorComesBack(before);
    Files.writeString(drivers().resolve("motor/limit_switch"), "1\n");
    probe.await(
        EVENT,
        e ->
            e.getString("event").equals("limit_switch")
                && e.getJsonObject("data").getBoolean("closed"));
  }

  @Test
  void aSubsystemThatGoesWhileTheBrokerIsAwayIsEmptyAfterwards() throws Exception {
    simulator.close();
    broker.kill();
    try (LogLines said = new LogLines(SysfsSource.class)) {
      Files.move(drivers().resolve("motor"), directory.resolve("away"));
      await()
          .atMost(Duration.ofSeconds(60))
          .until(() -> said.lines().stream().anyMatch(line -> line.endsWith("motor has gone")));
    }
    broker.start();
    try (MqttProbe again = new MqttProbe(broker.address()).subscribe("hy300/v1/#")) {
      again.await(STATE, s -> s.getJsonObject("values").isEmpty());
    }
  }
}
