// SPDX-License-Identifier: Apache-2.0
// Compares the code with asyncapi.yaml: neither has a topic, command, event, word or number that
// the other lacks. Also checks that the document accepts valid messages and rejects invalid ones.
package org.hy300.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.hy300.testing.ContractDocument;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ContractDocumentTest {
  private static final Instant TIME = Instant.parse("2026-11-21T04:00:00.123Z");

  private final Topics topics = Topics.standard();
  private final ContractDocument contract = ContractDocument.get();
  private final JsonObject document = contract.json();
  private final JsonObject schemas = document.getJsonObject("components").getJsonObject("schemas");

  /** The public constants of a class, by name. */
  private static Map<String, Object> constants(Class<?> of) throws IllegalAccessException {
    Map<String, Object> constants = new TreeMap<>();
    for (Field field : of.getFields()) {
      if (Modifier.isStatic(field.getModifiers())) {
        constants.put(field.getName(), field.get(null));
      }
    }
    return constants;
  }

  private JsonObject property(String schema, String name) {
    return schemas.getJsonObject(schema).getJsonObject("properties").getJsonObject(name);
  }

  private static List<Object> list(JsonArray array) {
    return array.stream().toList();
  }

  private Set<String> named(String prefix) {
    return schemas.fieldNames().stream()
        .filter(name -> name.startsWith(prefix))
        .map(name -> name.substring(prefix.length()))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  @Test
  void topicsAreTheSame() {
    Set<String> documented = new TreeSet<>();
    for (Object channel : document.getJsonObject("channels").getMap().values()) {
      documented.add(((JsonObject) channel).getString("address").replaceAll("\\{\\w+}", "+"));
    }
    Set<String> built =
        Arrays.stream(Topics.Kind.values())
            .map(topics::allDevices)
            .collect(Collectors.toCollection(TreeSet::new));
    // A device replies to any Response Topic below its replies.
    built.add("hy300/v1/+/reply/+");
    built.add(topics.fleetCommands());
    built.add(topics.fleetReply("+", "+"));
    assertThat(documented).isEqualTo(built);
  }

  @Test
  void subsystemsAreTheSame() throws Exception {
    JsonArray documented =
        document
            .getJsonObject("components")
            .getJsonObject("parameters")
            .getJsonObject("subsystem")
            .getJsonArray("examples");
    assertThat(list(documented)).hasSameElementsAs(constants(Subsystems.class).values());
    assertThat(constants(Subsystems.class).values())
        .containsAll(CommandCatalogue.COMMANDS.stream().map(CommandEntry::subsystem).toList());
  }

  @Test
  void commandsAreTheSameFieldByField() {
    Set<String> commands = new TreeSet<>();
    for (CommandEntry command : CommandCatalogue.COMMANDS) {
      String name = command.subsystem() + "-" + command.action();
      commands.add(name);
      JsonObject args = schemas.getJsonObject("args-" + name);
      assertThat(args).as("args-" + name).isEqualTo(CommandSchemas.args(command));
      assertThat(args.getJsonObject("properties", new JsonObject()).fieldNames())
          .as("order of args-" + name)
          .containsExactlyElementsOf(command.arguments().stream().map(Argument::name).toList());
      holds(schemas.getJsonObject("result-" + name), CommandSchemas.result(command), name);
    }
    assertThat(named("args-")).isEqualTo(commands);
    assertThat(named("result-")).isEqualTo(commands);
  }

  /** The document may say more about a result, such as a pattern, but must not differ. */
  private static void holds(JsonObject documented, JsonObject expected, String command) {
    assertThat(documented.fieldNames())
        .as("result-" + command)
        .containsExactlyInAnyOrderElementsOf(expected.fieldNames());
    for (String keyword : expected.fieldNames()) {
      if (expected.getValue(keyword) instanceof JsonObject properties) {
        JsonObject described = documented.getJsonObject(keyword);
        assertThat(described.fieldNames()).containsExactlyElementsOf(properties.fieldNames());
        properties.forEach(
            property ->
                assertThat(described.getJsonObject(property.getKey()).getMap())
                    .as("result-%s: %s", command, property.getKey())
                    .containsAllEntriesOf(((JsonObject) property.getValue()).getMap()));
      } else {
        assertThat(documented.getValue(keyword))
            .as("result-%s: %s", command, keyword)
            .isEqualTo(expected.getValue(keyword));
      }
    }
  }

  @Test
  void errorCodesAreTheSame() throws Exception {
    assertThat(list(property("error", "code").getJsonArray("enum")))
        .hasSameElementsAs(constants(ErrorCode.class).values());
  }

  @Test
  void eventsAreTheSameAndTheDataOfEachIsDescribed() {
    Set<String> events =
        Arrays.stream(EventName.values())
            .map(EventName::word)
            .collect(Collectors.toCollection(TreeSet::new));
    assertThat(list(property("event", "event").getJsonArray("enum")))
        .isEqualTo(List.copyOf(events));
    assertThat(named("data-")).isEqualTo(events);
    List<String> cases = new ArrayList<>();
    for (Object each : schemas.getJsonObject("event").getJsonArray("allOf")) {
      String rule = ((JsonObject) each).encode();
      cases.addAll(events.stream().filter(e -> rule.equals(dataRule(e))).toList());
    }
    assertThat(cases).containsExactlyElementsOf(events);
  }

  private static String dataRule(String event) {
    return ("{\"if\":{\"properties\":{\"event\":{\"const\":\"%1$s\"}}},\"then\":{\"properties\":"
            + "{\"data\":{\"$ref\":\"#/components/schemas/data-%1$s\"}}}}")
        .formatted(event);
  }

  @Test
  void statusesAreTheSame() {
    assertThat(list(property("reply", "status").getJsonArray("enum")))
        .isEqualTo(
            Arrays.stream(ReplyMessage.Status.values()).map(ReplyMessage.Status::word).toList());
  }

  @Test
  void limitsAreTheSame() throws Exception {
    Map<String, Object> limits = new TreeMap<>();
    constants(Limits.class)
        .forEach(
            (name, value) -> limits.put(name.toLowerCase(Locale.ROOT).replace('_', '-'), value));
    assertThat(new TreeMap<>(document.getJsonObject("x-limits").getMap())).isEqualTo(limits);
    assertThat(schemas.getJsonObject("commandId").getString("pattern"))
        .isEqualTo("^" + CommandMessage.ID.pattern() + "$");
    for (String schema : List.of("watch", "sample", "data-process_started")) {
      assertThat(property(schema, "pid").getInteger("maximum")).isEqualTo(Limits.MAX_PID);
    }
  }

  @Test
  void whatTheCodeWritesIsWhatTheDocumentSays() {
    assertValid(topics.status("p1"), new StatusMessage(true, "s1", TIME).toBuffer());
    assertValid(
        topics.info("p1"),
        new InfoMessage(
                "s1",
                TIME,
                "HY300",
                "6.1.0",
                "0.1.0",
                "b1",
                Map.of("site", "berlin"),
                List.of("motor"),
                Map.of("hy300_motor_homed", new Family("gauge", "Whether it is homed.")))
            .toBuffer());
    assertValid(
        topics.state("p1", "motor"),
        new StateMessage("s1", 1, TIME, Map.of(Series.format("hy300_a", "b", "\"\\\n"), 0.5))
            .toBuffer());
    assertValid(
        topics.event("p1", "motor"),
        new EventMessage("e1", 7, TIME, EventName.HOMED.word(), new JsonObject().put("position", 0))
            .toBuffer());
    assertValid(
        topics.command("p1", "motor1", "move"),
        new CommandMessage("c1", null, TIME, new JsonObject().put("position", 3)).toBuffer());
    assertValid(topics.reply("p1", "motor", "move"), ReplyMessage.accepted("c1").toBuffer());
    assertValid(
        topics.fleetReply("motor", "move"),
        ReplyMessage.done("c1", new JsonObject().put("devices", 3).put("done", 3)).toBuffer());
    assertValid(topics.snapshot("p1"), Buffer.buffer(new byte[] {(byte) 0xff, (byte) 0xd8, 0}));
    Stream.of(ReplyMessage.Status.values())
        .filter(status -> status.isTerminal() && status != ReplyMessage.Status.DONE)
        .forEach(
            status ->
                assertValid(
                    topics.reply("p1", "motor", "move"),
                    ReplyMessage.ended("c1", status, ErrorCode.BUSY, "why").toBuffer()));
  }

  private void assertValid(String topic, Buffer message) {
    assertThat(contract.violation(topic, message, false)).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "p1/status      | {`` | no JSON object",
        "p1/status      | {\"state\":\"perhaps\",\"session\":\"s\",\"time\":\"2026-11-21T04:00:00Z\"} | state",
        "p1/status      | {\"state\":\"online\",\"session\":\"s\",\"time\":\"now\"}                  | time",
        "p1/state/motor | {\"session\":\"s\",\"seq\":0,\"time\":\"2026-11-21T04:00:00Z\",\"values\":{}} | seq",
        "p1/state/motor | {\"session\":\"s\",\"seq\":1,\"time\":\"2026-11-21T04:00:00Z\",\"values\":{\"hy300_a\":\"1\"}} | hy300_a",
        "p1/state/motor | {\"session\":\"s\",\"seq\":1,\"time\":\"2026-11-21T04:00:00Z\",\"values\":{\"hy300_a{b}\":1}} | hy300_a{b}",
        "p1/event/motor | {\"id\":\"e\",\"seq\":1,\"time\":\"2026-11-21T04:00:00Z\",\"event\":\"danced\",\"data\":{}} | event",
        "p1/event/motor | {\"id\":\"e\",\"seq\":1,\"time\":\"2026-11-21T04:00:00Z\",\"event\":\"homed\",\"data\":{}} | position",
        "p1/event/agent | {\"id\":\"e\",\"seq\":1,\"time\":\"2026-11-21T04:00:00Z\",\"event\":\"gap\",\"data\":{\"lost\":1}} | data",
        "p1/cmd/motor/move | {\"id\":\"c\",\"expires\":\"2026-11-21T04:00:00Z\"}                  | position",
        "fleet/cmd/motor/move | {\"id\":\"c\",\"select\":\"all\",\"args\":{\"position\":1}}           | expires",
        "p1/reply/c-1   | {\"id\":\"c\",\"status\":\"failed\"}                                     | error",
        "p1/cmd/motor/move | {\"id\":\"c\",\"expires\":\"2026-11-21T04:00:00Z\",\"args\":{\"position\":-1}} | position",
        "p1/cmd/motor/dance | {\"id\":\"c\",\"expires\":\"2026-11-21T04:00:00Z\"}                 | there is no schema args-motor-dance",
        "p1/reply/motor/move | {\"id\":\"c\",\"status\":\"done\",\"result\":{}}                    | position",
        "p1/reply/motor/move | {\"id\":\"c\",\"status\":\"failed\"}                                | error",
        "p1/reply/motor/move | {\"id\":\"c\",\"status\":\"failed\",\"error\":{\"code\":\"x\",\"message\":\"y\"}} | code",
        "fleet/cmd/motor/home | {\"id\":\"c\",\"expires\":\"2026-11-21T04:00:00Z\"}               | devices",
        "fleet/status   | {}     | there is no such topic",
        "p1/snapshot    | abc    | no JPEG",
      })
  void whatIsWrongIsFoundWithTopicAndRule(String topic, String payload, String rule) {
    assertThat(contract.violation("hy300/v1/" + topic, Buffer.buffer(payload), false))
        .hasValueSatisfying(
            text ->
                assertThat(text)
                    .contains("hy300/v1/" + topic)
                    .contains(payload)
                    .containsIgnoringCase(rule));
  }

  @Test
  void aCommandMayNotBeRetainedAndAStateMay() {
    Buffer command = new CommandMessage("c1", TIME, TIME, new JsonObject()).toBuffer();
    assertThat(contract.violation(topics.command("p1", "motor", "home"), command, true))
        .hasValueSatisfying(text -> assertThat(text).contains("must not be retained"));
    assertThat(
            contract.violation(
                topics.status("p1"), new StatusMessage(true, "s1", TIME).toBuffer(), true))
        .isEmpty();
  }
}
