// SPDX-License-Identifier: Apache-2.0
// Commands through the packaged programs: collector, mosquitto and real agents of simulated
// projectors, some of which are killed.
package org.hy300.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.hy300.testing.Mosquitto;
import org.hy300.testing.Program;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(180)
class CommandsIT {
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final int PROJECTORS = 3;

  @TempDir private Path directory;
  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final List<Program> agents = new ArrayList<>();
  private Mosquitto broker;
  private Program simulator;
  private Program collector;
  private String url;

  @BeforeEach
  void start() throws Exception {
    broker = new Mosquitto(directory);
    simulator =
        new Program(
            "hy300-simulator",
            Map.of(),
            path("edge-agent/target/hy300-agent/bin/hy300-simulator"),
            "--directory=" + directory,
            "--projectors=" + PROJECTORS);
    simulator.awaitLine(Pattern.compile("simulated projectors in"), LIMIT);
    for (int number = 1; number <= PROJECTORS; number++) {
      agents.add(agent(number));
    }
    startCollector();
    await()
        .atMost(LIMIT)
        .until(
            () ->
                get("/api/v1/devices").getInteger("online") == PROJECTORS
                    && get("/api/v1/devices/simulated-1").encode().contains("motor_position"));
  }

  @AfterEach
  void stop() {
    collector.close();
    agents.forEach(Program::close);
    simulator.close();
    broker.close();
  }

  private static String path(String program) {
    return Root.DIRECTORY.resolve(program).toString();
  }

  private Program agent(int number) throws IOException {
    return new Program(
        "hy300-agent",
        Map.of(),
        path("edge-agent/target/hy300-agent/bin/hy300-agent"),
        "--broker=" + broker.address(),
        "--device=simulated-" + number,
        "--labels=site=berlin",
        "--keep-alive=2",
        "--sysfs=" + directory.resolve("simulated-" + number + "/hy300"),
        "--journal=" + directory.resolve("journal"),
        "--clock-marker=none");
  }

  private void startCollector() throws IOException {
    collector =
        new Program(
            "hy300-collector",
            Map.of(),
            path("collector/target/hy300-collector/bin/hy300-collector"),
            "--broker=" + broker.address(),
            "--http-port=0",
            "--data=" + directory.resolve("collector"));
    url = collector.awaitLine(Pattern.compile("metrics at (http\\S+)/metrics"), LIMIT).group(1);
  }

  private JsonObject get(String path) throws Exception {
    return new JsonObject(
        http.send(
                HttpRequest.newBuilder(URI.create(url + path)).build(),
                HttpResponse.BodyHandlers.ofString())
            .body());
  }

  private HttpResponse<String> post(String path, String body) throws Exception {
    return http.sendAsync(
            HttpRequest.newBuilder(URI.create(url + path))
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build(),
            HttpResponse.BodyHandlers.ofString())
        .get(60, TimeUnit.SECONDS);
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
    assertThat(
            post(
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
    agents.get(2).signal("KILL");
    collector.signal("KILL");
    agents.get(2).awaitExit(LIMIT);
    collector.awaitExit(LIMIT);
    startCollector();
    agents.set(2, agent(3));

    JsonArray targets = awaitEnd("h1");
    assertThat(target(targets, "simulated-1").getString("status")).isEqualTo("done");
    assertThat(target(targets, "simulated-2").getString("status")).isEqualTo("done");
    JsonObject killed = target(targets, "simulated-3");
    assertThat(killed.getString("status")).isEqualTo("failed");
    assertThat(killed.getJsonObject("error").getString("code")).isEqualTo("interrupted");

    HttpResponse<String> moved =
        post(
            "/api/v1/devices/simulated-1/commands/motor/move",
            "{\"args\":{\"position\":30},\"id\":\"m1\"}");
    assertThat(moved.statusCode()).as(moved.body()).isEqualTo(200);
    assertThat(new JsonObject(moved.body()).getJsonObject("result").getInteger("position"))
        .isEqualTo(30);
    assertThat(
            post(
                    "/api/v1/devices/simulated-1/commands/motor/move",
                    "{\"args\":{\"position\":30},\"id\":\"m1\"}")
                .body())
        .isEqualTo(moved.body());
    await()
        .atMost(LIMIT)
        .until(
            () -> get("/api/v1/devices/simulated-1/events").encode().contains("position_reached"));
  }
}
