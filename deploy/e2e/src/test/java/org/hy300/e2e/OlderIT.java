// SPDX-License-Identifier: Apache-2.0
// Agents and collectors of an earlier version beside those of this one: fleets are upgraded one
// machine at a time.
package org.hy300.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hy300.e2e.SimulatedFleet.LIMIT;

import io.vertx.core.json.JsonObject;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(300)
class OlderIT {
  /** As deploy/e2e/older.sh builds it. */
  private static final Path OLDER = Root.DIRECTORY.resolve("target/older");

  @TempDir private Path directory;

  @Test
  void anOlderAgentIsSeenAndMovedByThisCollector() throws Exception {
    try (SimulatedFleet fleet =
        new SimulatedFleet(directory, OLDER.resolve("hy300-agent"), SimulatedFleet.COLLECTOR, 2)) {
      allWorks(fleet);
    }
  }

  @Test
  void thisAgentIsSeenAndMovedByAnOlderCollector() throws Exception {
    try (SimulatedFleet fleet =
        new SimulatedFleet(directory, SimulatedFleet.AGENT, OLDER.resolve("hy300-collector"), 2)) {
      allWorks(fleet);
    }
  }

  /** State, events, commands, a Will, and the return after it. */
  private void allWorks(SimulatedFleet fleet) throws Exception {
    fleet.startCollector();
    fleet.awaitOnline(2);
    HttpResponse<String> homed =
        fleet.post("/api/v1/devices/simulated-1/commands/motor/home", "{\"args\":{}}");
    assertThat(homed.statusCode()).as(homed.body()).isEqualTo(200);
    HttpResponse<String> moved =
        fleet.post(
            "/api/v1/devices/simulated-1/commands/motor/move",
            "{\"args\":{\"position\":30},\"id\":\"m1\"}");
    assertThat(moved.statusCode()).as(moved.body()).isEqualTo(200);
    await()
        .atMost(LIMIT)
        .until(
            () ->
                fleet.get("/metrics/simulated-1").contains("hy300_motor_position_steps")
                    && fleet
                        .get("/api/v1/devices/simulated-1/events")
                        .contains("position_reached"));
    fleet.killAgent(2);
    await().atMost(LIMIT).until(() -> !isOnline(fleet));
    fleet.startAgent(2);
    await().atMost(LIMIT).until(() -> isOnline(fleet));
    HttpResponse<String> refused =
        fleet.post(
            "/api/v1/devices/simulated-1/commands/motor/move", "{\"args\":{\"position\":-1}}");
    assertThat(refused.statusCode()).as(refused.body()).isEqualTo(422);
  }

  private static boolean isOnline(SimulatedFleet fleet) throws Exception {
    return new JsonObject(fleet.get("/api/v1/devices/simulated-2")).getBoolean("online", false);
  }
}
