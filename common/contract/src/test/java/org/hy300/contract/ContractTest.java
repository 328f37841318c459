// SPDX-License-Identifier: Apache-2.0
// Topics, messages, series names and the command catalogue: what is valid, and the errors for what
// is not.
package org.hy300.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ContractTest {
  private static final Instant TIME = Instant.parse("2026-11-21T04:00:00Z");

  private static final InfoMessage INFO =
      new InfoMessage(
          "s1",
          TIME,
          "HY300",
          "6.1.0",
          "0.1.0",
          "b1",
          Map.of("site", "berlin"),
          List.of("motor"),
          Map.of("hy300_motor_homed", new Family("gauge", "Whether it is homed.")));
  private final Topics topics = Topics.standard();

  @Test
  void topicsComeApartAsTheyWereBuilt() {
    assertThat(topics.parse(topics.status("p1")))
        .contains(new Topics.Parsed("p1", Topics.Kind.STATUS, "", ""));
    assertThat(topics.parse(topics.state("p1", "motor")))
        .contains(new Topics.Parsed("p1", Topics.Kind.STATE, "motor", ""));
    assertThat(topics.parse(topics.command("p1", "motor", "move")))
        .contains(new Topics.Parsed("p1", Topics.Kind.COMMAND, "motor", "move"));
    assertThat(topics.parse(topics.snapshot("p1")))
        .contains(new Topics.Parsed("p1", Topics.Kind.SNAPSHOT, "", ""));
    assertThat(topics.allDevices(Topics.Kind.REPLY)).isEqualTo("hy300/v1/+/reply/+/+");
    assertThat(topics.fleetCommands()).isEqualTo("hy300/v1/fleet/cmd/+/+");
    assertThat(topics.fleetReply("motor", "move")).isEqualTo("hy300/v1/fleet/reply/motor/move");
    assertThat(topics.parseFleetCommand("hy300/v1/fleet/cmd/motor/move"))
        .contains(new Topics.Parsed(Topics.FLEET, Topics.Kind.COMMAND, "motor", "move"));
    assertThat(topics.parseFleetCommand("hy300/v1/fleet/status")).isEmpty();
    assertThat(topics.isFleetReply(topics.fleetReply("motor", "move"))).isTrue();
    assertThat(topics.isFleetReply(topics.reply("p1", "motor", "move"))).isFalse();
    assertThat(topics.parseFleetCommand("hy300/v1/p1/cmd/motor/move")).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "hy300/v1/p1",
        "hy300/v1/fleet/cmd/motor/move",
        "hy300/v1/p1/cmd/motor",
        "hy300/v1/p1/state/motor/x",
        "hy300/v1/p1/state/",
        "hy300/v1//status",
        "hy300/v1/.p/status",
        "hy300/v2/p1/status"
      })
  void topicsOfNoDeviceAreRefused(String topic) {
    assertThat(topics.parse(topic)).isEmpty();
  }

  @Test
  void messagesSurviveTheirOwnEncoding() throws Exception {
    StatusMessage status = new StatusMessage(true, "s1", TIME);
    assertThat(StatusMessage.parse(status.toBuffer())).isEqualTo(status);
    StatusMessage counted = new StatusMessage(false, "s1", TIME, 3);
    assertThat(StatusMessage.parse(counted.toBuffer())).isEqualTo(counted);
    assertThat(InfoMessage.parse(INFO.toBuffer())).isEqualTo(INFO);
    EventMessage event =
        new EventMessage("e1", 7, TIME, "homed", new JsonObject().put("position", 0));
    assertThat(EventMessage.parse(event.toBuffer())).isEqualTo(event);
    CommandMessage command =
        new CommandMessage("c1", TIME, TIME, new JsonObject().put("position", 3));
    assertThat(CommandMessage.parse(command.toBuffer())).isEqualTo(command);
    ReplyMessage reply =
        ReplyMessage.ended(
            "c1", ReplyMessage.Status.FAILED, ErrorCode.FAULT, "the switch is stuck");
    assertThat(ReplyMessage.parse(reply.toBuffer())).isEqualTo(reply);
  }

  @Test
  void stateHasTheShapeOfTheContract() {
    StateMessage state =
        new StateMessage("s1", 42, TIME, Map.of("hy300_motor_position_steps", 127));
    assertThat(state.toBuffer().toString())
        .isEqualTo(
            "{\"session\":\"s1\",\"seq\":42,\"time\":\"2026-11-21T04:00:00.000Z\","
                + "\"values\":{\"hy300_motor_position_steps\":127}}");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{                                        | not a JSON object",
        "[]                                       | not a JSON object",
        "{\"expires\":\"2026-11-21T04:00:00Z\"}   | 'id' is missing",
        "{\"id\":7}                               | 'id' is not a string",
        "{\"id\":\"a b\"}                         | 'id' is not",
        "{\"id\":\"a\"}                           | 'expires' is missing",
        "{\"id\":\"a\",\"expires\":\"tomorrow\"}  | 'expires' is not a time",
        "{\"id\":\"a\",\"expires\":\"2026-11-21T04:00:00Z\",\"args\":[1]} | 'args' is not an object"
      })
  void malformedCommandsAreRefusedWithTheReason(String payload, String reason) {
    assertThatThrownBy(() -> CommandMessage.parse(Buffer.buffer(payload)))
        .isInstanceOf(MalformedMessageException.class)
        .hasMessageContaining(reason);
  }

  @Test
  void aCommandWrongElsewhereCanStillBeAnswered() {
    assertThat(CommandMessage.idOrNull(Buffer.buffer("{\"id\":\"a\",\"args\":7}"))).isEqualTo("a");
    assertThat(CommandMessage.idOrNull(Buffer.buffer("nonsense"))).isNull();
    assertThat(CommandMessage.idOrNull(Buffer.buffer(new byte[Limits.MAX_PAYLOAD_BYTES + 1])))
        .isNull();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{}                     | is missing",
        "{\"position\":\"abc\"} | is not an integer",
        "{\"position\":1.5}     | is not an integer",
        "{\"position\":true}    | is not an integer",
        "{\"position\":-1}      | is out of range: 0 to",
        "{\"position\":99999999999999999999} | is out of range"
      })
  void wrongArgumentsAreRefusedWithTheRange(String args, String reason) {
    CommandEntry move = CommandCatalogue.find("motor", "move").orElseThrow();
    assertThat(move.check(new JsonObject(args)))
        .hasValueSatisfying(text -> assertThat(text).contains(reason));
  }

  @Test
  void rightArgumentsPassAndUnknownCommandsAreNotFound() {
    CommandEntry move = CommandCatalogue.find("motor", "move").orElseThrow();
    assertThat(move.check(new JsonObject("{\"position\":120}"))).isEmpty();
    assertThat(move.check(new JsonObject("{\"position\":120.0}"))).isEmpty();
    assertThat(CommandCatalogue.find("motor", "dance")).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{}                        | exactly one argument is needed",
        "{\"pid\":1,\"name\":\"a\"} | exactly one argument is needed",
        "{\"pid\":0}               | 'pid' is out of range: 1 to 4194304",
        "{\"pid\":\"1\"}             | 'pid' is not an integer",
        "{\"name\":\"\"}             | 'name' is not",
        "{\"name\":\"a\\nb\"}        | 'name' is not",
        "{\"unit\":\"../x\"}         | 'unit' is not"
      })
  void oneArgumentOfSeveralIsNeeded(String args, String reason) {
    CommandEntry add = CommandCatalogue.find("process", "add").orElseThrow();
    assertThat(add.check(new JsonObject(args)))
        .hasValueSatisfying(text -> assertThat(text).contains(reason));
    assertThat(add.check(new JsonObject("{\"name\":\"a) b (c\"}"))).isEmpty();
    assertThat(add.check(new JsonObject("{\"unit\":\"user@1000.service\"}"))).isEmpty();
  }

  @Test
  void seriesGoTogetherAndComeApart() {
    String series = Series.format("a", "b", "c", "d", "\"\\\n");
    assertThat(series).isEqualTo("a{b=\"c\",d=\"\\\"\\\\\\n\"}");
    assertThat(Series.parse(series)).hasValueSatisfying(s -> assertThat(s.family()).isEqualTo("a"));
    assertThat(Series.format("a")).isEqualTo("a");
  }

  @Test
  void seriesComeApart() {
    assertThat(Series.parse("hy300_motor_homed")).contains(new Series("hy300_motor_homed", ""));
    assertThat(Series.parse("a{b=\"c\",d=\"e\\\"f\"}"))
        .contains(new Series("a", "b=\"c\",d=\"e\\\"f\""));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "1a",
        "a b",
        "a{",
        "a{b}",
        "a{b=\"c}",
        "a{b=\"c\"} ",
        "a{b=\"\n\"}",
        "a{b=\"c\",b=\"d\"}",
        "a{__name__=\"c\"}"
      })
  void illegalSeriesAreRefused(String text) {
    assertThat(Series.parse(text)).isEmpty();
  }

  @Test
  void aDeviceAnswersBelowItsOwnRepliesAlone() {
    assertThat(
            List.of(
                "hy300/v1/p1/reply/c-1", "hy300/v1/p1/reply/motor/move", "hy300/v1/p1/reply/a/b/c"))
        .allMatch(topic -> topics.isResponse("p1", topic));
    assertThat(
            List.of(
                "hy300/v1/p1/reply",
                "hy300/v1/p1/reply/",
                "hy300/v1/p1/reply/a/",
                "hy300/v1/p1/reply/+",
                "hy300/v1/p1/reply/#",
                "hy300/v1/p1/reply/$x",
                "hy300/v1/p1/status",
                "hy300/v1/p2/reply/a",
                "hy300/v2/p1/reply/a",
                "x/hy300/v1/p1/reply/a",
                "hy300/v1/p1/reply/" + "a/".repeat(200) + "a"))
        .noneMatch(topic -> topics.isResponse("p1", topic));
  }

  @Test
  void anInfoSaysWhichCommandsAreTakenOrIsOfAnOlderAgent() throws Exception {
    InfoMessage info =
        new InfoMessage(
            "s1",
            TIME,
            "HY300",
            "6.1.0",
            "0.1.0",
            "b1",
            Map.of(),
            List.of("agent", "motor"),
            Map.of(),
            List.of("motor/move", "agent/ping"),
            Map.of("motor", "keystone"),
            Map.of("agent", "agent", "motor", "drivers"));
    assertThat(InfoMessage.parse(info.toBuffer())).isEqualTo(info);
    assertThat(INFO.toBuffer().toJsonObject().fieldNames())
        .doesNotContain("commands", "role", "source");
    assertThatThrownBy(
            () ->
                InfoMessage.parse(
                    info.toBuffer().toJsonObject().put("role", Map.of("motor", 1)).toBuffer()))
        .hasMessageContaining("role of 'motor' is not a string");
  }

  @Test
  void whatAPayloadDoesNotHaveMayComeBesideIt() throws Exception {
    CommandMessage command = CommandMessage.parse(Buffer.buffer("{}"), "c-77", TIME);
    assertThat(command).isEqualTo(new CommandMessage("c-77", null, TIME, new JsonObject()));
    assertThat(
            CommandMessage.parse(
                new CommandMessage("own", null, TIME.plusSeconds(1), new JsonObject()).toBuffer(),
                "c-77",
                TIME))
        .isEqualTo(new CommandMessage("own", null, TIME.plusSeconds(1), new JsonObject()));
  }
}
