// SPDX-License-Identifier: Apache-2.0
// The agent as a deployed verticle: how it starts, stops, and fails to start.
package org.hy300.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.junit5.Timeout;
import io.vertx.junit5.VertxExtension;
import io.vertx.junit5.VertxTestContext;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.hy300.testing.Program;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Uses a Vert.x with an event loop for each core, unlike the agent's own. */
@ExtendWith(VertxExtension.class)
@Timeout(value = 300, timeUnit = TimeUnit.SECONDS)
class AgentVerticleTest extends ProjectorFixture {
  private Future<String> deploy(Vertx vertx) {
    return vertx.deployVerticle(new Agent(config(null, "")));
  }

  /** Waits until the newest status is this one, and not one of the given number of first ones. */
  private Future<Void> hears(Vertx vertx, String state, int before) {
    return vertx.executeBlocking(
        () -> {
          probe.await(
              ROOT + "/status",
              status ->
                  probe.heard(ROOT + "/status").size() > before
                      && status.getString("state").equals(state));
          return null;
        });
  }

  private int statuses() {
    return probe.heard(ROOT + "/status").size();
  }

  @Test
  void anUndeployedAgentIsOfflineAndHasLetGoOfItsJournals(Vertx vertx, VertxTestContext test) {
    deploy(vertx)
        .compose(id -> hears(vertx, "online", 0).compose(heard -> vertx.undeploy(id)))
        .compose(gone -> hears(vertx, "offline", 1))
        .compose(heard -> deploy(vertx))
        .compose(id -> hears(vertx, "online", statuses()).compose(heard -> vertx.undeploy(id)))
        .onComplete(test.succeedingThenComplete());
  }

  @Test
  void aSecondAgentOnTheSameJournalsIsNotDeployed(Vertx vertx, VertxTestContext test) {
    deploy(vertx)
        .compose(first -> deploy(vertx))
        .onComplete(
            test.failing(
                error ->
                    test.verify(
                        () -> {
                          assertThat(error)
                              .isInstanceOf(IOException.class)
                              .hasMessageContaining("is in use by another program");
                          assertThat(vertx.deploymentIDs()).hasSize(1);
                          test.completeNow();
                        })));
  }

  @Test
  void aProgramThatCannotStartSaysWhyInOneLineAndEnds(Vertx vertx, VertxTestContext test) {
    deploy(vertx)
        .compose(first -> vertx.executeBlocking(this::outputOfSecond))
        .onComplete(
            test.succeeding(
                lines ->
                    test.verify(
                        () -> {
                          assertThat(lines)
                              .singleElement()
                              .asString()
                              .startsWith("hy300-agent: ")
                              .contains("is in use by another program");
                          test.completeNow();
                        })));
  }

  private List<String> outputOfSecond() throws Exception {
    try (Program second = AgentProgram.start(broker.address(), directory, Map.of(), List.of())) {
      assertThat(second.awaitExit(Duration.ofSeconds(60))).isEqualTo(1);
      return second.lines();
    }
  }
}
