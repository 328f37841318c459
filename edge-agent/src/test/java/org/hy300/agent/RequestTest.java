// SPDX-License-Identifier: Apache-2.0
// Commands as MQTT 5 requests and responses, sent with mosquitto's own programs.
package org.hy300.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.hy300.testing.Program;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(300)
class RequestTest extends ProjectorFixture {
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final String MINE = ROOT + "/reply/mine";
  private static final String REFRESH = ROOT + "/cmd/agent/refresh";

  private Program agent;

  @BeforeEach
  void start() throws Exception {
    agent = AgentProgram.start(broker.address(), directory, Map.of(), List.of());
    agent.awaitLine(Pattern.compile("connected to"), LIMIT);
  }

  @AfterEach
  void stop() {
    agent.close();
  }

  private static String[] words(String... words) {
    return words;
  }

  /** Runs mosquitto_rr or mosquitto_pub and returns its output. */
  private List<String> run(String program, String topic, String payload, String... options)
      throws Exception {
    List<String> command =
        new ArrayList<>(List.of(program, "-V", "5", "-q", "1", "-p", "" + broker.address().port()));
    command.addAll(List.of("-t", topic, "-m", payload));
    command.addAll(List.of(options));
    try (Program client = new Program(program, Map.of(), command.toArray(String[]::new))) {
      assertThat(client.awaitExit(LIMIT)).as(client::toString).isZero();
      return client.lines();
    }
  }

  private void ask(String topic, String payload, String response, String... options)
      throws Exception {
    List<String> all = new ArrayList<>(List.of("-D", "publish", "response-topic", response));
    all.addAll(List.of(options));
    run("mosquitto_pub", topic, payload, all.toArray(String[]::new));
  }

  private JsonObject reply(String topic, String id, String status) {
    return probe.await(
        topic, r -> r.getString("id").equals(id) && r.getString("status").equals(status));
  }

  @Test
  void mosquittosProgramPrintsTheTerminalReply() throws Exception {
    List<String> printed =
        run(
            "mosquitto_rr",
            REFRESH,
            "{}",
            words(
                "-e",
                MINE,
                "-D",
                "publish",
                "correlation-data",
                "c-77",
                "-D",
                "publish",
                "message-expiry-interval",
                "60",
                "-F",
                "%D|%P|%p"));
    assertThat(printed)
        .singleElement()
        .asString()
        .startsWith("c-77|schema:hy300/v1 final:true|")
        .endsWith("{\"id\":\"c-77\",\"status\":\"done\",\"result\":{}}");
    reply(ROOT + "/reply/agent/refresh", "c-77", "done");
  }

  /** Two senders that both count from 1, and a stop that must not be taken for a repeated move. */
  @Test
  void theSameCorrelationDataOfAnotherCommandOrSenderIsAnotherRequest() throws Exception {
    probe.publish(ROOT + "/cmd/motor/home", command("home", "{}"));
    reply(ROOT + "/reply/motor/home", "home", "done");
    steer("motor_step_ms", "1000");
    askCorrelated("1", MOVE, MINE + "-1", "{\"args\":{\"position\":1000}}");
    reply(MOVE_REPLY, "1", "accepted");
    askCorrelated("1", ROOT + "/cmd/motor/stop", MINE + "-2", "{}");
    probe.await(MINE + "-2", r -> r.getString("status").equals("done"));
    probe.await(MINE + "-1", r -> r.getString("status").equals("cancelled"));
    askCorrelated("1", REFRESH, MINE + "-3", "{}");
    askCorrelated("1", REFRESH, MINE + "-4", "{}");
    probe.await(MINE + "-3", r -> r.getString("status").equals("done"));
    probe.await(MINE + "-4", r -> r.getString("status").equals("done"));
  }

  /** A command has one terminal reply, though somebody retains it while it is under way. */
  @Test
  void aRetainedRepeatOfACommandUnderWayIsNotAnswered() throws Exception {
    probe.publish(ROOT + "/cmd/motor/home", command("home", "{}"));
    reply(ROOT + "/reply/motor/home", "home", "done");
    steer("motor_step_ms", "500");
    String move = command("m1", "{\"position\":10}");
    probe.publish(MOVE, move);
    reply(MOVE_REPLY, "m1", "accepted");
    probe.publish(MOVE, Buffer.buffer(move), true);
    probe.publish(MOVE, Buffer.buffer(), true);
    steer("motor_step_ms", "1");
    reply(MOVE_REPLY, "m1", "done");
    probe.publish(REFRESH, command("after", "{}"));
    reply(ROOT + "/reply/agent/refresh", "after", "done");
    assertThat(statuses(MOVE_REPLY, "m1")).containsExactly("accepted", "done");
  }

  private void askCorrelated(String data, String topic, String answer, String payload)
      throws Exception {
    ask(
        topic,
        payload,
        answer,
        "-D",
        "publish",
        "correlation-data",
        data,
        "-D",
        "publish",
        "message-expiry-interval",
        "60");
  }

  @Test
  void whoAsksForProgressHearsThatItIsAccepted() throws Exception {
    ask(
        REFRESH,
        command("r1", "{}"),
        MINE + "-1",
        "-D",
        "publish",
        "user-property",
        "progress",
        "true");
    reply(MINE + "-1", "r1", "done");
    ask(REFRESH, command("r2", "{}"), MINE + "-2");
    reply(MINE + "-2", "r2", "done");
    assertThat(statuses(MINE + "-1", "r1")).containsExactly("accepted", "done");
    assertThat(statuses(MINE + "-2", "r2")).containsExactly("done");
  }

  @Test
  void anAnswerElsewhereIsRejectedAndCounted() throws Exception {
    List<String> elsewhere =
        List.of(
            "hy300/v1/p2/reply/mine",
            ROOT + "/status",
            ROOT + "/reply",
            ROOT + "/reply/",
            ROOT + "/reply/a//b",
            "other");
    for (int i = 0; i < elsewhere.size(); i++) {
      ask(REFRESH, command("e" + i, "{}"), elsewhere.get(i));
      JsonObject error =
          reply(ROOT + "/reply/agent/refresh", "e" + i, "rejected").getJsonObject("error");
      assertThat(error.getString("code")).isEqualTo("malformed");
      assertThat(error.getString("message"))
          .isEqualTo("its Response Topic is not below " + ROOT + "/reply/");
      assertThat(probe.heard(elsewhere.get(i)))
          .noneMatch(message -> message.json().containsKey("id"));
    }
    probe.await(
        ROOT + "/state/agent",
        s ->
            value(s, "hy300_agent_messages_dropped_total{reason=\"response_topic\"}")
                == elsewhere.size());
  }

  @Test
  void withoutIdAndExpiryInTheMessageTheyAreRequiredInThePayload() throws Exception {
    ask(REFRESH, "{\"args\":{}}", MINE);
    probe.await(
        ROOT + "/state/agent",
        s -> value(s, "hy300_agent_messages_dropped_total{reason=\"malformed\"}") == 1);
    ask(REFRESH, "{}", MINE, "-D", "publish", "correlation-data", "never");
    assertThat(reply(MINE, "never", "rejected").getJsonObject("error").getString("message"))
        .isEqualTo("field 'expires' is missing");
    // Correlation data that is not a valid identifier is hashed into one.
    ask(
        REFRESH,
        "{}",
        MINE,
        words(
            "-D",
            "publish",
            "correlation-data",
            "mine and yours",
            "-D",
            "publish",
            "message-expiry-interval",
            "60"));
    probe.await(
        MINE,
        r -> r.getString("id").matches("[0-9a-f]{64}") && r.getString("status").equals("done"));
  }

  @Test
  void whoHasAskedIsAnsweredAfterACrashToo() throws Exception {
    String home = ROOT + "/cmd/motor/home";
    run("mosquitto_pub", home, command("home", "{}"));
    reply(ROOT + "/reply/motor/home", "home", "done");
    steer("motor_step_ms", "500");
    ask(MOVE, command("m1", "{\"position\":1000}"), MINE);
    reply(MOVE_REPLY, "m1", "accepted");
    agent.signal("KILL");
    agent.awaitExit(LIMIT);
    start();
    assertThat(reply(MINE, "m1", "failed").getJsonObject("error").getString("code"))
        .isEqualTo("interrupted");
    await().atMost(LIMIT).until(() -> statuses(MINE, "m1").equals(List.of("failed")));
  }
}
