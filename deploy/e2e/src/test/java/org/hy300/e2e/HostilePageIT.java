// SPDX-License-Identifier: Apache-2.0
// A web page of somebody else in the browser of somebody who is here: it moves nothing and reads
// nothing.
package org.hy300.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.vertx.core.json.JsonObject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.hy300.testing.Program;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The collector is as it comes: its own broker, no tokens. */
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class HostilePageIT {
  private static final String DEVICE = "simulated-1";
  private static final Duration LIMIT = Duration.ofSeconds(60);

  /** A name of somebody else's that he has made this machine's. */
  private static final String REBOUND = "weather.example";

  private static final List<String> HOSTS = List.of("127.0.0.1", "localhost", REBOUND);

  @TempDir private Path directory;
  private final List<AutoCloseable> running = new ArrayList<>();
  private Fleet fleet;
  private Program subscriber;
  private HostilePage page;

  @BeforeEach
  void start() throws Exception {
    fleet = started(new Fleet(20));
    subscriber = started(fleet.subscribe());
    started(
            new Program(
                "hy300-simulator", Map.of(), agent("hy300-simulator"), "--directory=" + directory))
        .awaitLine(Pattern.compile("simulated projectors in"), LIMIT);
    Map<String, String> options = new HashMap<>(fleet.login());
    options.put("HY300_BROKER", "mqtt://127.0.0.1:" + fleet.mqttPort);
    options.put("HY300_DEVICE", DEVICE);
    options.put("HY300_SYSFS", directory.resolve(DEVICE).resolve("hy300").toString());
    options.put("HY300_JOURNAL", directory.resolve("journal").toString());
    options.put("HY300_RUN_DIRECTORY", directory.resolve("run").toString());
    options.put("HY300_CLOCK_MARKER", "none");
    started(new Program("hy300-agent", options, agent("hy300-agent")));
    await()
        .atMost(LIMIT)
        .until(
            () ->
                fleet
                    .metric("hy300_motor_homed{device=\"" + DEVICE + "\"}")
                    .equals(Optional.of(0.0)));
    ordered("home", "{}");
    page = started(new HostilePage(fleet, DEVICE));
  }

  private <T extends AutoCloseable> T started(T each) {
    running.add(0, each);
    return each;
  }

  private static String agent(String program) {
    return Root.DIRECTORY.resolve("edge-agent/target/hy300-agent/bin/" + program).toString();
  }

  @AfterEach
  void stop() throws Exception {
    for (AutoCloseable each : running) {
      each.close();
    }
  }

  /** What somebody who may does is done, and heard. */
  private void ordered(String action, String body) throws Exception {
    JsonObject reply = fleet.command(DEVICE, action, body);
    assertThat(reply.getString("status")).as(reply.encode()).isEqualTo("done");
    subscriber.awaitLine(
        Pattern.compile("/cmd/motor/" + action + " .*" + reply.getString("id")), LIMIT);
  }

  @Test
  void inChromium() throws Exception {
    try (Browser browser =
        new Browser(Map.of(), "--host-resolver-rules=MAP " + REBOUND + " 127.0.0.1")) {
      for (String host : HOSTS) {
        browser.open(page.url(host));
        nothingIsReached(host, page.outcomes());
      }
      // A page whose name leads here is no page of the collector's.
      browser.open("http://" + REBOUND + ":" + fleet.httpPort + "/api/v1/devices");
      assertThat((String) browser.js("return document.body.innerText"))
          .contains("\"error\"")
          .doesNotContain(DEVICE);
    }
    nothingHasMoved();
  }

  @Test
  void inFirefox() throws Exception {
    for (String host : HOSTS) {
      try (Firefox firefox = new Firefox(REBOUND)) {
        firefox.open(page.url(host));
        nothingIsReached(host, page.outcomes());
      }
    }
    nothingHasMoved();
  }

  private static void nothingIsReached(String host, Map<String, String> outcomes) {
    assertThat(outcomes).as(host).hasSizeGreaterThan(60).containsKey("sandboxed broker relay");
    outcomes.forEach(
        (attempt, outcome) -> {
          if (attempt.contains("relay")) {
            // No script learns what came of it; what came of all is looked at in the end.
            return;
          }
          if (attempt.contains("broker ")) {
            assertThat(outcome).as(host + ": " + attempt).isEqualTo("refused");
          } else {
            // That there is an answer can be seen, and not which.
            assertThat(outcome).as(host + ": " + attempt).isIn("refused", "opaque", "sent");
          }
        });
  }

  /** Said in the end, and so behind all that the page has sent. */
  private void nothingHasMoved() throws Exception {
    assertThat(directory.resolve(DEVICE).resolve("hy300/motor/position")).hasContent("0\n");
    ordered("move", "{\"args\":{\"position\":5}}");
    assertThat(subscriber.lines())
        .filteredOn(line -> line.contains("/cmd/"))
        .hasSize(2)
        .noneMatch(line -> line.contains("page"));
    assertThat(Files.readAllLines(fleet.auditLog()))
        .filteredOn(line -> !line.contains("\"what\":\"refusal\""))
        .hasSize(2);
    assertThat(fleet.get("http://127.0.0.1:" + fleet.httpPort + "/api/v1/devices/" + DEVICE))
        .doesNotContain("\"expect_signal\":true");
  }
}
