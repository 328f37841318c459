// SPDX-License-Identifier: Apache-2.0
// Commands through the packaged programs: collector, mosquitto and real agents of simulated
// projectors, some of which are killed.
package org.hy300.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hy300.e2e.SimulatedFleet.LIMIT;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(300)
class CommandsIT {
  private static final int PROJECTORS = 3;

  @TempDir private Path directory;
  private SimulatedFleet fleet;

  @BeforeEach
  void start() throws Exception {
    fleet = new SimulatedFleet(directory, PROJECTORS);
    fleet.startCollector();
    fleet.awaitOnline(PROJECTORS);
  }

  @AfterEach
  void stop() {
    fleet.close();
  }

  private JsonObject get(String path) throws Exception {
    return new JsonObject(fleet.get(path));
  }

  private JsonArray awaitEnd(String id) {
    return await(id)
        .atMost(LIMIT)
        .until(() -> get("/api/v1/commands/" + id), c -> "ended".equals(c.getString("state")))
        .getJsonArray("targets");
  }

  private static JsonObject target(JsonArray targets, String device) {
    return targets.stream()
        .map(JsonObject.class::cast)
        .filter(t -> t.getString("device").equals(device))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void aHomingThatIsUnderWayOutlivesTheCollectorAndFailsWithItsAgent() throws Exception {
    for (int number = 1; number <= PROJECTORS; number++) {
      // A homing takes over a minute, so that all are found under way.
      fleet.board(number, "motor_step_ms", "1000");
    }
    assertThat(
            fleet
                .post(
                    "/api/v1/commands?async=true",
                    "{\"command\":\"motor/home\",\"select\":{\"site\":\"berlin\"},\"id\":\"h1\"}")
                .statusCode())
        .isEqualTo(202);
    await()
        .atMost(LIMIT)
        .pollInterval(Duration.ofMillis(20))
        .until(
            () ->
                get("/api/v1/commands/h1").getJsonArray("targets").stream()
                    .map(JsonObject.class::cast)
                    .allMatch(t -> t.getString("status").equals("accepted")));
    fleet.killAgent(3);
    fleet.collector.signal("KILL");
    fleet.collector.awaitExit(LIMIT);
    for (int number = 1; number <= PROJECTORS; number++) {
      fleet.board(number, "motor_step_ms", "3");
    }
    fleet.startCollector();
    fleet.startAgent(3);

    JsonArray targets = awaitEnd("h1");
    assertThat(target(targets, "simulated-1").getString("status")).isEqualTo("done");
    assertThat(target(targets, "simulated-2").getString("status")).isEqualTo("done");
    JsonObject killed = target(targets, "simulated-3");
    assertThat(killed.getString("status")).isEqualTo("failed");
    assertThat(killed.getJsonObject("error").getString("code")).isEqualTo("interrupted");

    HttpResponse<String> moved =
        fleet.post(
            "/api/v1/devices/simulated-1/commands/motor/move",
            "{\"args\":{\"position\":30},\"id\":\"m1\"}");
    assertThat(moved.statusCode()).as(moved.body()).isEqualTo(200);
    assertThat(new JsonObject(moved.body()).getJsonObject("result").getInteger("position"))
        .isEqualTo(30);
    assertThat(
            fleet
                .post(
                    "/api/v1/devices/simulated-1/commands/motor/move",
                    "{\"args\":{\"position\":30},\"id\":\"m1\"}")
                .body())
        .isEqualTo(moved.body());
    await()
        .atMost(LIMIT)
        .until(() -> fleet.get("/api/v1/devices/simulated-1/events").contains("position_reached"));
  }
}
