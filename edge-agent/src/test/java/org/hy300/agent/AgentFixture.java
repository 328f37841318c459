// SPDX-License-Identifier: Apache-2.0
// An agent in the test's own process, with everything around it.
package org.hy300.agent;

import static org.awaitility.Awaitility.await;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** An agent called p1, deployed as in its program. */
abstract class AgentFixture extends ProjectorFixture {
  static final String OWN_STATE = ROOT + "/state/agent";

  /** The running agent's. */
  Vertx agent;

  @BeforeEach
  final void startAgent() throws Exception {
    agent = start(null);
    probe.await(STATE, state -> value(state, "hy300_motor_position_steps") == 0);
  }

  @AfterEach
  final void stopAgent() throws Exception {
    stop(agent);
  }

  final Vertx start(Path clockMarker) throws Exception {
    return start(clockMarker, "");
  }

  final Vertx start(Path clockMarker, String homeAssistant) throws Exception {
    Vertx vertx = Agent.vertx();
    done(vertx.deployVerticle(new Agent(config(clockMarker, homeAssistant))));
    return vertx;
  }

  /** Stops and restarts the agent, and waits until it takes commands. */
  final void restart(Path clockMarker) throws Exception {
    long before = timesOnline();
    stop(agent);
    agent = start(clockMarker);
    await().atMost(Duration.ofSeconds(60)).until(() -> timesOnline() > before);
  }

  /** An agent goes online once it has subscribed to its commands. */
  private long timesOnline() {
    return probe.heard(ROOT + "/status").stream()
        .filter(status -> status.json().getString("state").equals("online"))
        .count();
  }

  static void stop(Vertx agent) throws Exception {
    done(agent.close());
  }

  private static void done(Future<?> step) throws Exception {
    step.toCompletionStage().toCompletableFuture().get(60, TimeUnit.SECONDS);
  }
}
