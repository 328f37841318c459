// SPDX-License-Identifier: Apache-2.0
// Messages that need more of a parser's stack than the agent's small one has.
package org.hy300.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.hy300.testing.DeepJson;
import org.hy300.testing.Program;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Runs a whole program, with the stack size of its launcher. */
@Timeout(300)
class HostileMessageTest extends ProjectorFixture {
  private static final Duration LIMIT = Duration.ofSeconds(30);
  private static final String MALFORMED =
      "hy300_agent_messages_dropped_total{reason=\"malformed\"}";

  private Program agent;

  @AfterEach
  void stop() {
    agent.close();
  }

  @Test
  void aStopIsHeardAfterAHundredAndFiftyThatAreNestedTooDeep() throws Exception {
    agent =
        AgentProgram.start(
            broker.address(), directory, Map.of("JDK_JAVA_OPTIONS", "-Xss256k"), List.of());
    agent.awaitLine(Pattern.compile("connected to"), LIMIT);
    for (int i = 0; i < 50; i++) {
      String known = "\"id\":\"d" + i + "\",\"expires\":\"" + Instant.now().plusSeconds(60) + "\"";
      probe.publish(MOVE, DeepJson.object(900, known));
      probe.publish(MOVE, DeepJson.arrays(900));
      probe.publish(MOVE, "{\"a\":".repeat(900));
      probe.publish(ROOT + "/status", DeepJson.arrays(900));
    }
    assertThat(answer("motor/stop", "stop", "{}").getString("status")).isEqualTo("done");
    for (int i = 0; i < 50; i++) {
      JsonObject reply = terminal(MOVE_REPLY, "d" + i);
      assertThat(reply.getString("status")).isEqualTo("rejected");
      assertThat(reply.getJsonObject("error").getString("code")).isEqualTo("malformed");
      assertThat(reply.getJsonObject("error").getString("message")).contains("nested more than 16");
      assertThat(statuses(MOVE_REPLY, "d" + i)).hasSize(1);
    }
    probe.await(ROOT + "/state/agent", state -> value(state, MALFORMED) == 100);
    assertThat(agent.lines()).noneMatch(line -> line.startsWith("\tat ") || line.contains("Error"));
  }
}
