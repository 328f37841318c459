// SPDX-License-Identifier: Apache-2.0
// An agent in the test's own process, with everything around it.
package org.hy300.agent;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.hy300.contract.Topics;
import org.hy300.mqtt.BrokerAccess;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** An agent called p1, as its class is used. */
abstract class AgentFixture extends ProjectorFixture {
  static final String OWN_STATE = ROOT + "/state/agent";

  Agent agent;

  @BeforeEach
  final void startAgent() throws IOException {
    agent = start(null);
    probe.await(STATE, state -> value(state, "hy300_motor_position_steps") == 0);
  }

  @AfterEach
  final void stopAgent() throws Exception {
    stop(agent);
  }

  final Agent start(Path clockMarker) throws IOException {
    return start(clockMarker, "");
  }

  final Agent start(Path clockMarker, String homeAssistant) throws IOException {
    Agent started =
        new Agent(
            Agent.vertx(),
            new AgentConfig(
                BrokerAccess.open(broker.address()),
                "p1",
                1,
                drivers(),
                directory.resolve("no-bridge"),
                directory.resolve("pipe"),
                Topics.standard(),
                Map.of("site", "berlin"),
                List.of(),
                directory.resolve("journal"),
                AgentConfig.MIB,
                clockMarker,
                directory.resolve("run"),
                homeAssistant));
    started.start();
    return started;
  }

  /** Stops the agent and starts it again, and waits until it takes commands. */
  final void restart(Path clockMarker) throws Exception {
    long before = timesOnline();
    stop(agent);
    agent = start(clockMarker);
    await().atMost(Duration.ofSeconds(60)).until(() -> timesOnline() > before);
  }

  /** It says so when it has subscribed to its commands. */
  private long timesOnline() {
    return probe.heard(ROOT + "/status").stream()
        .filter(status -> status.json().getString("state").equals("online"))
        .count();
  }

  static void stop(Agent agent) throws Exception {
    agent.stop().toCompletionStage().toCompletableFuture().get(60, TimeUnit.SECONDS);
  }
}
