// SPDX-License-Identifier: Apache-2.0
// Debian's Prometheus with a test's own configuration or a shipped one.
package org.hy300.testing;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
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
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** A real Prometheus with a data directory of its own. */
public final class Prometheus implements AutoCloseable {
  private final HttpClient http = HttpClient.newHttpClient();
  private final Program program;
  private final String address;

  /**
   * Starts one that scrapes every second.
   *
   * @param scrapeConfigs the lines below `scrape_configs:`
   * @param directory for its data
   */
  public Prometheus(String scrapeConfigs, Path directory) throws IOException {
    this(
        Files.writeString(
            directory.resolve("prometheus.yml"),
            "global: {scrape_interval: 1s, scrape_timeout: 1s}\nscrape_configs:\n" + scrapeConfigs),
        directory,
        new String[0],
        "127.0.0.1");
  }

  private Prometheus(Path configuration, Path directory, String[] into, String host)
      throws IOException {
    address = host + ":" + FreePort.choose();
    List<String> command = new ArrayList<>(List.of(into));
    command.addAll(
        List.of(
            "prometheus",
            "--config.file=" + configuration,
            "--storage.tsdb.path=" + directory.resolve("prometheus-data"),
            "--web.listen-address=" + address));
    program = new Program("prometheus", Map.of(), command.toArray(String[]::new));
    program.awaitLine(Pattern.compile("Server is ready"), Duration.ofSeconds(60));
  }

  /**
   * Starts one with a shipped configuration.
   *
   * @param configuration the file; other files that it names are next to it
   */
  public static Prometheus configured(Path configuration, Path directory) throws IOException {
    return configured(configuration, directory, new String[0], "127.0.0.1");
  }

  /**
   * The same, with a command prefix and a listen address.
   *
   * @param into the prefix; empty for this machine
   */
  public static Prometheus configured(
      Path configuration, Path directory, String[] into, String host) throws IOException {
    return new Prometheus(configuration, directory, into, host);
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

  /** Evaluates an instant query with at most one sample. */
  public Optional<Double> query(String expression) throws IOException, InterruptedException {
    return query(expression, Instant.now());
  }

  /** Evaluates the query at that time. */
  public Optional<Double> query(String expression, Instant time)
      throws IOException, InterruptedException {
    JsonArray result = samples(expression, time);
    if (result.isEmpty()) {
      return Optional.empty();
    }
    if (result.size() > 1) {
      throw new IllegalStateException(expression + " gives several samples: " + result);
    }
    return Optional.of(Double.valueOf(result.getJsonObject(0).getJsonArray("value").getString(1)));
  }

  /** All samples of an instant query, in the format of Prometheus's API. */
  public JsonArray samples(String expression) throws IOException, InterruptedException {
    return samples(expression, Instant.now());
  }

  private JsonArray samples(String expression, Instant time)
      throws IOException, InterruptedException {
    return get("query?query="
            + URLEncoder.encode(expression, StandardCharsets.UTF_8)
            + "&time="
            + time)
        .getJsonArray("result");
  }

  /** The pending and firing alerts. */
  public List<JsonObject> alerts() throws IOException, InterruptedException {
    return get("alerts").getJsonArray("alerts").stream().map(JsonObject.class::cast).toList();
  }

  /** The groups of rules, with the result of each one's last evaluation. */
  public List<JsonObject> ruleGroups() throws IOException, InterruptedException {
    return get("rules").getJsonArray("groups").stream().map(JsonObject.class::cast).toList();
  }

  private JsonObject get(String question) throws IOException, InterruptedException {
    String answer =
        http.send(
                HttpRequest.newBuilder(URI.create("http://" + address + "/api/v1/" + question))
                    .build(),
                HttpResponse.BodyHandlers.ofString())
            .body();
    if (!answer.startsWith("{\"status\":\"success\"")) {
      throw new IllegalStateException(question + ": " + answer);
    }
    return new JsonObject(answer).getJsonObject("data");
  }

  @Override
  public void close() {
    program.close();
  }
}
