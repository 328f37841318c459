// SPDX-License-Identifier: Apache-2.0
// Debian's Prometheus scraping a collector.
package org.hy300.testing;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** A real Prometheus with a data directory of its own and a scrape every second. */
public final class Prometheus implements AutoCloseable {
  private final HttpClient http = HttpClient.newHttpClient();
  private final Program program;
  private final int port;

  /**
   * Starts one.
   *
   * @param scrapeConfigs what stands below `scrape_configs:`
   * @param directory where it may keep its data
   */
  public Prometheus(String scrapeConfigs, Path directory) throws IOException {
    // Prometheus does not report a port that the system chose, so one is asked for here.
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = socket.getLocalPort();
    }
    Path configuration = directory.resolve("prometheus.yml");
    Files.writeString(
        configuration,
        "global: {scrape_interval: 1s, scrape_timeout: 1s}\nscrape_configs:\n" + scrapeConfigs);
    program =
        new Program(
            "prometheus",
            Map.of(),
            "prometheus",
            "--config.file=" + configuration,
            "--storage.tsdb.path=" + directory.resolve("prometheus"),
            "--web.listen-address=127.0.0.1:" + port);
    program.awaitLine(Pattern.compile("Server is ready"), Duration.ofSeconds(60));
  }

  /** Starts one that scrapes a collector's fleet and the collector itself. */
  public static Prometheus of(int collectorPort, Path directory) throws IOException {
    return new Prometheus(
        """
          - job_name: hy300-fleet
            honor_labels: true
            static_configs: [{targets: ["127.0.0.1:%1$d"]}]
          - job_name: hy300-collector
            metrics_path: /internal/metrics
            static_configs: [{targets: ["127.0.0.1:%1$d"]}]
        """
            .formatted(collectorPort),
        directory);
  }

  /** Evaluates an instant query that gives one sample at most. */
  public Optional<Double> query(String expression) throws IOException, InterruptedException {
    return query(expression, Instant.now());
  }

  /** As it was at that time. */
  public Optional<Double> query(String expression, Instant time)
      throws IOException, InterruptedException {
    String question =
        "http://127.0.0.1:"
            + port
            + "/api/v1/query?query="
            + URLEncoder.encode(expression, StandardCharsets.UTF_8)
            + "&time="
            + time;
    String answer =
        http.send(
                HttpRequest.newBuilder(URI.create(question)).build(),
                HttpResponse.BodyHandlers.ofString())
            .body();
    if (!answer.startsWith("{\"status\":\"success\"")) {
      throw new IllegalStateException(expression + ": " + answer);
    }
    JsonArray result = new JsonObject(answer).getJsonObject("data").getJsonArray("result");
    if (result.isEmpty()) {
      return Optional.empty();
    }
    if (result.size() > 1) {
      throw new IllegalStateException(expression + " gives several samples: " + answer);
    }
    return Optional.of(Double.valueOf(result.getJsonObject(0).getJsonArray("value").getString(1)));
  }

  @Override
  public void close() {
    program.close();
  }
}
