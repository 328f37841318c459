// SPDX-License-Identifier: Apache-2.0
// A command by itself.
package org.hy300.collector.relay;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class CommandTest {
  private static Command issued(Instant time) {
    return new Command(
        new CommandRequest(
            "c1",
            "motor",
            "home",
            new JsonObject(),
            time,
            time.plusSeconds(60),
            "anna",
            CommandRequest.Via.HTTP,
            new JsonObject()));
  }

  @Test
  void itsAgeIsNeverNegativeThoughTheClockWasSetBack() {
    assertThat(issued(Instant.now().plusSeconds(7200)).age())
        .isBetween(Duration.ZERO, Duration.ofSeconds(10));
  }

  @Test
  void anAgeSurvivesARestart() {
    assertThat(issued(Instant.now().minusSeconds(60)).age())
        .isBetween(Duration.ofSeconds(60), Duration.ofSeconds(70));
  }
}
