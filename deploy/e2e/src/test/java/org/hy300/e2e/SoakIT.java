// SPDX-License-Identifier: Apache-2.0
// A fleet of 2,000 with mosquitto for a while: sites lose their power, the broker is restarted, and
// Prometheus scrapes all the time.
package org.hy300.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.hy300.testing.Mosquitto;
import org.hy300.testing.Program;
import org.hy300.testing.Prometheus;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code -Dsoak.seconds=3600} makes it run longer. */
@Timeout(value = 1, unit = TimeUnit.DAYS)
class SoakIT {
  private static final int SECONDS = Integer.getInteger("soak.seconds", 60);
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final int SITES = 10;
  private static final int SITE_SIZE = 200;
  private static final int FLEET_SIZE = SITES * SITE_SIZE;
  private static final int ROUNDS = 6;
  private static final String JOB = "{job=\"hy300-fleet\"}";

  /** Growth of the heap that is allowed, out of the 2 KB for each projector. */
  private static final double MAX_GROWTH_BYTES = FLEET_SIZE * 2048.0;

  private final HttpClient http = HttpClient.newHttpClient();
  private final List<Site> sites = new ArrayList<>();
  @TempDir private Path directory;
  private Mosquitto broker;
  private Program collector;
  private Prometheus prometheus;
  private URI url;

  private void start() throws Exception {
    broker =
        new Mosquitto(
            directory,
            "127.0.0.1",
            false,
            "allow_anonymous true",
            // After a power cut it returns with states that are seconds old.
            "persistence true",
            "persistence_location " + directory + "/",
            "autosave_interval 3");
    collector =
        new Program(
            "hy300-collector",
            Map.of(),
            Root.DIRECTORY.resolve("collector/target/hy300-collector/bin/hy300-collector") + "",
            "--broker=" + broker.address(),
            "--http-port=0",
            "--data=" + directory.resolve("collector"));
    url =
        URI.create(
            collector.awaitLine(Pattern.compile("metrics at (http\\S+)/metrics"), LIMIT).group(1));
    for (int number = 0; number < SITES; number++) {
      Site site = new Site(broker.address(), "site" + number, SITE_SIZE);
      site.powerUp();
      sites.add(site);
    }
    awaitOffline(0);
    prometheus = Prometheus.of(url.getPort(), directory);
  }

  @AfterEach
  void stop() throws Exception {
    for (Site site : sites) {
      site.powerDown();
    }
    for (AutoCloseable each : new AutoCloseable[] {prometheus, collector, broker}) {
      if (each != null) {
        each.close();
      }
    }
  }

  @Test
  void aLargeFleetIsNeverForgottenAndNothingGoesBackwardsOrGrows() throws Exception {
    start();
    long begin = System.nanoTime();
    double heap = 0;
    for (int round = 0; round < ROUNDS || secondsSince(begin) < SECONDS; round++) {
      Site site = sites.get(round % SITES);
      site.powerDown();
      awaitOffline(SITE_SIZE);
      await("Prometheus has seen that the site is down")
          .atMost(LIMIT)
          .until(() -> up().filter(up -> up <= FLEET_SIZE - SITE_SIZE).isPresent());
      if (round == 1) {
        broker.kill();
        broker.start();
      } else if (round == ROUNDS - 2) {
        broker.close();
        broker.start();
      }
      site.powerUp();
      await("all are back").atMost(LIMIT).until(() -> sites.stream().allMatch(Site::isConnected));
      awaitOffline(0);
      if (round == 2) {
        heap = heapBytes();
      }
    }
    sites.forEach(Site::rest);
    awaitLastStates();

    long scraped = secondsSince(begin);
    await("Prometheus has all of them up")
        .atMost(LIMIT)
        .until(() -> up().equals(Optional.of((double) FLEET_SIZE)));
    Set<String> counters = new TreeSet<>(counters("/metrics"));
    counters.addAll(counters("/internal/metrics"));
    assertThat(counters).contains("hy300_motor_steps_total", "hy300_collector_messages_total");
    for (String counter : counters) {
      assertThat(prometheus.query("sum(resets(%s[%ds]))".formatted(counter, scraped)))
          .as("times that %s went backwards", counter)
          .contains(0.0);
    }
    await("Prometheus has the steps of all")
        .atMost(LIMIT)
        .untilAsserted(
            () ->
                assertThat(prometheus.query("count(hy300_motor_steps_total)"))
                    .contains((double) FLEET_SIZE));
    assertThat(
            prometheus.query(
                "min_over_time(count(hy300_device_up%s)[%ds:1s])".formatted(JOB, scraped)))
        .as("projectors on the page that had fewest")
        .contains((double) FLEET_SIZE);
    assertThat(
            prometheus.query(
                "min_over_time(sum(hy300_device_up%s)[%ds:1s])".formatted(JOB, scraped)))
        .as("that a site was down was seen")
        .hasValueSatisfying(up -> assertThat(up).isLessThanOrEqualTo(FLEET_SIZE - SITE_SIZE));
    double grown = heapBytes() - heap;
    System.out.printf(
        "soak: %d projectors, %d s, heap of the collector %.1f MB, then %+.1f MB%n",
        FLEET_SIZE, scraped, heap / 1e6, grown / 1e6);
    assertThat(grown).isLessThan(MAX_GROWTH_BYTES);
  }

  /** Projectors that are up in Prometheus; none if the last scrape took too long. */
  private Optional<Double> up() throws IOException, InterruptedException {
    return prometheus.query("sum(hy300_device_up" + JOB + ")");
  }

  private static long secondsSince(long nanos) {
    return TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - nanos);
  }

  private String get(String path) throws IOException, InterruptedException {
    return http.send(
            HttpRequest.newBuilder(url.resolve(path)).timeout(LIMIT).build(),
            HttpResponse.BodyHandlers.ofString())
        .body();
  }

  /** Waits until the whole fleet is known and this many are offline. */
  private void awaitOffline(int count) {
    await(count + " are offline")
        .atMost(LIMIT)
        .untilAsserted(
            () -> {
              JsonObject devices = new JsonObject(get("/api/v1/devices"));
              assertThat(devices.getInteger("offline")).isEqualTo(count);
              assertThat(devices.getInteger("online")).isEqualTo(FLEET_SIZE - count);
            });
  }

  /** Waits until the page shows each projector's last values. */
  private void awaitLastStates() {
    await("the last states are on the page")
        .atMost(LIMIT)
        .untilAsserted(
            () -> {
              Map<String, Double> expected = new HashMap<>();
              sites.forEach(site -> expected.putAll(site.steps()));
              assertThat(expected)
                  .hasSize(FLEET_SIZE)
                  .isEqualTo(samples("/metrics", "hy300_motor_steps_total"));
            });
  }

  private Map<String, Double> samples(String path, String family)
      throws IOException, InterruptedException {
    Map<String, Double> samples = new HashMap<>();
    for (String line :
        get(path)
            .lines()
            .filter(each -> each.startsWith(family) && !each.startsWith("#"))
            .toList()) {
      int space = line.lastIndexOf(' ');
      samples.put(line.substring(0, space), Double.valueOf(line.substring(space + 1)));
    }
    return samples;
  }

  /** The families that only grow; queried one by one, as Prometheus requires. */
  private Set<String> counters(String path) throws IOException, InterruptedException {
    return samples(path, "").keySet().stream()
        .map(series -> series.split("\\{", 2)[0])
        .filter(name -> name.endsWith("_total"))
        .collect(Collectors.toSet());
  }

  /** Live bytes on the collector's heap. */
  private double heapBytes() throws Exception {
    String jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd").toString();
    try (Program collect =
        new Program("jcmd", Map.of(), jcmd, Long.toString(collector.pid()), "GC.run")) {
      assertThat(collect.awaitExit(LIMIT)).as(collect.lines().toString()).isZero();
    }
    return samples("/internal/metrics", "jvm_memory_used_bytes{area=\"heap\"").values().stream()
        .mapToDouble(Double::doubleValue)
        .sum();
  }
}
