// SPDX-License-Identifier: Apache-2.0
// Debian's Prometheus with a test's own configuration or a shipped one.
package org.hy300.testing;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** A real Prometheus with a data directory of its own. */
public final class Prometheus extends PromApi implements AutoCloseable {
  private final Program program;

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
        "127.0.0.1:" + FreePort.choose());
  }

  private Prometheus(
      Path configuration, Path directory, String[] into, String address, String... more)
      throws IOException {
    super(address);
    List<String> command = new ArrayList<>(List.of(into));
    command.addAll(
        List.of(
            "prometheus",
            "--config.file=" + configuration,
            "--storage.tsdb.path=" + directory.resolve("prometheus-data"),
            "--web.listen-address=" + address));
    command.addAll(List.of(more));
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
    return new Prometheus(configuration, directory, into, host + ":" + FreePort.choose());
  }

  /**
   * Starts one that takes samples by remote write.
   *
   * @param window how old a sample may be when there are newer ones, 0s for not at all
   * @param scrapeConfigs what is below `scrape_configs:`, empty for none
   */
  public static Prometheus receiving(String window, String scrapeConfigs, Path directory)
      throws IOException {
    return new Prometheus(
        Files.writeString(
            directory.resolve("prometheus.yml"),
            "global: {scrape_interval: 1s, scrape_timeout: 1s}\n"
                + "storage: {tsdb: {out_of_order_time_window: %s}}\n".formatted(window)
                + (scrapeConfigs.isEmpty() ? "" : "scrape_configs:\n" + scrapeConfigs)),
        directory,
        new String[0],
        "127.0.0.1:" + FreePort.choose(),
        "--web.enable-remote-write-receiver");
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

  /** The pending and firing alerts. */
  public List<JsonObject> alerts() throws IOException, InterruptedException {
    return get("alerts").getJsonArray("alerts").stream().map(JsonObject.class::cast).toList();
  }

  /** The groups of rules, with the result of each one's last evaluation. */
  public List<JsonObject> ruleGroups() throws IOException, InterruptedException {
    return get("rules").getJsonArray("groups").stream().map(JsonObject.class::cast).toList();
  }

  @Override
  public void close() {
    program.close();
  }
}
