// SPDX-License-Identifier: Apache-2.0
package org.hy300.cli.client;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.hy300.cli.client.ApiDocument.Variation;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every answer with each of its fields missing, null or of another type. The fields that the
 * program reads must conform to the collector's document; all others may have any form.
 */
@Timeout(300)
class AnswersTest {
  private static final String ANOTHER_VERSION = "; is it a collector of another version?";

  /** Descriptions of the JSON Schema types. */
  private static final Map<String, String> EXPECTED =
      Map.of(
          "string", "a text",
          "boolean", "true or false",
          "integer", "a number",
          "number", "a number",
          "array", "a list",
          "object", "an object");

  private static final Set<String> NAMED_BY_OTHERS = Set.of("labels", "values");

  private static final String SUMMARY =
      """
      "device": "p1", "online": true, "last_seen": "2026-11-21T04:00:00.123Z", "model": "HY300",
      "labels": {"site": "berlin"}""";

  private static final String OUTCOME =
      """
      "status": "failed", "result": {"position": 1}, "error": {"code": "x", "message": "why"}""";

  private static final String EVENT =
      """
      {"id": "e1", "seq": 1, "time": "2026-11-21T04:00:00.123Z", "event": "homed",
       "data": {"position": 0}, "subsystem": "motor"}""";

  private static final String DEVICE =
      """
      {%s, "kernel": "6.12", "agent_version": "1", "boot_id": "b", "subsystems": ["motor"],
       "commands": ["motor/home"], "role": {"motor": "focus"}, "source": {"motor": "drivers"},
       "settings": {"expect_signal": true}, "values": {"hy300_motor_homed": 1}, "faults": ["x"]}"""
          .formatted(SUMMARY);

  private static final String ROWS =
      """
      {"rows": [{%s,
       "signal": {"detected": true, "connected": true, "width": 1, "height": 1, "rate": 1},
       "motor": {"position": 1, "max": 2, "homed": true, "moving": false, "fault": "none"},
       "mips": "running", "faults": ["x"],
       "event": {"time": "2026-11-21T04:00:00.123Z", "subsystem": "motor", "event": "homed"}}]}"""
          .formatted(SUMMARY);

  /** The document describes the data of the streams' events only as text. */
  private static final String IN_WORDS =
      """
      {"type": "object", "required": ["%1$s"], "properties": {"%1$s": %2$s}}""";

  private static final String TEXTS =
      """
      {"type": "array", "items": {"type": "string"}}""";

  private static HttpServer server;
  private static CollectorClient client;
  private static String url;
  private static volatile int status;
  private static volatile String body;

  private interface Asking {
    void ask(String path) throws FailureException, IOException;
  }

  /**
   * One answer.
   *
   * @param question the request
   * @param event the name of the stream's event; empty for a normal answer
   * @param read the fields that the program reads
   */
  private record Answer(
      String question,
      String event,
      int status,
      JsonObject example,
      JsonObject schema,
      Set<String> read,
      Asking asking) {
    @Override
    public String toString() {
      return (question + " " + event + " " + status).replace("  ", " ");
    }
  }

  /**
   * An answer with one changed field.
   *
   * @param says the complaint about the field; empty if it is accepted
   */
  private record Case(Answer answer, Variation variation, String says) {
    @Override
    public String toString() {
      return answer
          + ": "
          + variation.field()
          + " "
          + variation.change()
          + (says.isEmpty() ? " is taken" : " is refused");
    }
  }

  private static List<Answer> answers() throws IOException {
    ApiDocument api = new ApiDocument();
    List<Answer> all = new ArrayList<>();
    all.add(
        got(
            "/api/v1/devices",
            "{\"online\": 1, \"offline\": 0, \"next\": \"/next\", \"devices\": [{"
                + SUMMARY
                + "}]}",
            api.answer("/api/v1/devices"),
            DeviceList::of,
            "devices devices[0] devices[0].device devices[0].online devices[0].last_seen"
                + " devices[0].model devices[0].labels devices[0].labels.site next"));
    String device = "device online last_seen model labels labels.site";
    all.add(
        got(
            "/api/v1/devices/p1",
            DEVICE,
            api.answer("/api/v1/devices/{device}"),
            DeviceAnswer::of,
            device
                + " kernel agent_version subsystems subsystems[0] settings settings.expect_signal"
                + " values values.hy300_motor_homed"));
    all.add(
        got(
            "/api/v1/devices/p1/events",
            "{\"events\": [" + EVENT + "]}",
            api.answer("/api/v1/devices/{device}/events"),
            EventList::of,
            "events events[0] events[0].id events[0].time events[0].subsystem events[0].event"
                + " events[0].data"));
    all.add(
        got(
            "/api/v1/devices/p1/settings",
            "{\"expect_signal\": null}",
            api.answer("/api/v1/devices/{device}/settings"),
            Settings::of,
            "expect_signal"));
    all.add(
        got(
            "/api/v1/commands/x1",
            """
            {"id": "x1", "command": "motor/home", "args": {}, "issued": "2026-11-21T04:00:00.123Z",
             "expires": "2026-11-21T04:00:00.123Z", "by": "anna", "state": "ended",
             "targets": [{"id": "x1", "device": "p1", "ended": "2026-11-21T04:00:00.123Z", %s}]}"""
                .formatted(OUTCOME),
            api.answer("/api/v1/commands/{id}"),
            CommandAnswer.Command::of,
            "targets targets[0] targets[0].device targets[0].status targets[0].result"
                + " targets[0].error targets[0].error.code targets[0].error.message"
                + " targets[0].ended"));
    Asking move = path -> client.post(path, new JsonObject(), 10);
    all.add(
        new Answer(
            "POST /api/v1/devices/p1/commands/motor/home",
            "",
            200,
            new JsonObject("{\"id\": \"x1\"," + OUTCOME + "}"),
            api.schema("Reply"),
            fields("id status result error error.code error.message"),
            move));
    all.add(
        new Answer(
            "POST /api/v1/devices/p1/commands/motor/home",
            "",
            503,
            new JsonObject("{\"error\": {\"code\": \"busy\", \"message\": \"why\"}}"),
            api.schema("Error"),
            fields("error error.code error.message"),
            move));
    all.add(
        told(
            "/api/v1/live",
            "collector",
            "{\"broker_connected\": true}",
            inWords("broker_connected", "{\"type\": \"boolean\"}"),
            "broker_connected"));
    String row = "rows[0]." + device.replace(" ", " rows[0].");
    JsonObject rows = inWords("rows", "{\"type\": \"array\"}");
    rows.getJsonObject("properties").getJsonObject("rows").put("items", api.schema("FleetRow"));
    all.add(
        told(
            "/api/v1/live",
            "rows",
            ROWS,
            rows,
            "rows rows[0] rows[0].event rows[0].event.subsystem rows[0].event.event " + row));
    all.add(told("/api/v1/devices/p1/live", "device", DEVICE, api.schema("Device"), device));
    all.add(
        told(
            "/api/v1/devices/p1/live",
            "event",
            EVENT,
            api.schema("Event"),
            "id time subsystem event data"));
    all.add(
        told(
            "/api/v1/live",
            "removed",
            "{\"devices\": [\"p1\"]}",
            inWords("devices", TEXTS),
            "devices devices[0]"));
    return all;
  }

  private static JsonObject inWords(String field, String schema) {
    return new JsonObject(IN_WORDS.formatted(field, schema));
  }

  private static Set<String> fields(String names) {
    return new TreeSet<>(List.of(names.split(" ")));
  }

  private static Answer got(
      String path, String example, JsonObject schema, Field.Reading<?> reading, String read) {
    return new Answer(
        "GET " + path,
        "",
        200,
        new JsonObject(example),
        schema,
        fields(read),
        asked -> client.get(asked, 10, reading));
  }

  private static Answer told(
      String path, String event, String example, JsonObject schema, String read) {
    return new Answer(
        "GET " + path,
        event,
        200,
        new JsonObject(example),
        schema,
        fields(read),
        asked -> {
          try (EventStream stream = client.stream(asked, 10)) {
            stream.next();
          }
        });
  }

  static List<Case> cases() throws IOException {
    ApiDocument api = new ApiDocument();
    List<Case> all = new ArrayList<>();
    for (Answer answer : answers()) {
      List<Variation> variations = api.variations(answer.example, answer.schema);
      assertThat(variations).extracting(Variation::field).containsAll(answer.read);
      variations.forEach(each -> all.add(new Case(answer, each, says(answer, each))));
    }
    return all;
  }

  private static String says(Answer answer, Variation variation) {
    if (variation.allowed() || !answer.read.contains(variation.field())) {
      return "";
    }
    String field = "'" + variation.field() + "'";
    String what =
        switch (variation.change()) {
          case MISSING -> field + " missing";
          case NULL -> "null in " + field;
          case OF_ANOTHER_TYPE ->
              (variation.type().equals("string") ? "5" : "a text") + " in " + field;
        };
    return what + " (expected " + EXPECTED.get(variation.type()) + ")";
  }

  @ParameterizedTest
  @MethodSource("cases")
  void whatIsReadHasToBeAsTheDocumentSays(Case each) throws Exception {
    Answer answer = each.answer;
    Optional<String> failure = ask(answer, each.variation.answer());
    if (each.says.isEmpty()) {
      assertThat(failure.orElse("")).doesNotContain(ANOTHER_VERSION);
    } else {
      assertThat(failure.orElseThrow())
          .startsWith(url + " answers " + answer.question + " with ")
          .contains(each.says)
          .endsWith(ANOTHER_VERSION);
    }
  }

  @ParameterizedTest
  @MethodSource("answers")
  void fieldsOfANewerCollectorAreIgnored(Answer answer) throws Exception {
    JsonObject newer = (JsonObject) newer(answer.example);
    assertThat(ask(answer, newer).orElse("")).doesNotContain(ANOTHER_VERSION);
  }

  /** Adds a field to each object, except for objects with arbitrary field names. */
  private static Object newer(Object old) {
    if (old instanceof JsonArray list) {
      return new JsonArray(list.stream().map(AnswersTest::newer).toList());
    }
    if (!(old instanceof JsonObject object)) {
      return old;
    }
    JsonObject newer = new JsonObject().put("since_then", new JsonArray().add(1));
    object.forEach(
        each ->
            newer.put(
                each.getKey(),
                NAMED_BY_OTHERS.contains(each.getKey())
                    ? each.getValue()
                    : newer(each.getValue())));
    return newer;
  }

  /** The program's error for this answer; empty if it accepts it. */
  private static Optional<String> ask(Answer answer, JsonObject json) throws Exception {
    status = answer.status;
    body =
        answer.event.isEmpty()
            ? json.encode()
            : "event: " + answer.event + "\ndata: " + json.encode() + "\n\n";
    try {
      answer.asking.ask(answer.question.substring(answer.question.indexOf('/')));
      return Optional.empty();
    } catch (FailureException e) {
      assertThat(e.status()).isEqualTo(Exit.COLLECTOR);
      return Optional.of(e.getMessage());
    }
  }

  @BeforeAll
  static void start() throws Exception {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", AnswersTest::answer);
    server.start();
    url = "http://127.0.0.1:" + server.getAddress().getPort();
    client = new CollectorClient(url, Optional.empty(), Optional.empty());
  }

  private static void answer(HttpExchange exchange) throws IOException {
    exchange.getRequestBody().readAllBytes();
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(status, bytes.length);
    exchange.getResponseBody().write(bytes);
    exchange.close();
  }

  @AfterAll
  static void stop() {
    server.stop(0);
  }
}
