// SPDX-License-Identifier: Apache-2.0
package org.hy300.collector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.mqtt.MqttClientOptions;
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
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.hy300.collector.fleet.FleetLimits;
import org.hy300.collector.http.HttpConfig;
import org.hy300.contract.StatusMessage;
import org.hy300.contract.Topics;
import org.hy300.mqtt.BrokerAccess;
import org.hy300.testing.Mosquitto;
import org.hy300.testing.MqttProbe;
import org.hy300.testing.Program;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A whole collector between a real mosquitto and a real Prometheus. */
@Timeout(90)
class ScrapeTest {
  private static final String ROOT = "hy300/v1/p1";
  private static final Duration LIMIT = Duration.ofSeconds(30);

  private final HttpClient http = HttpClient.newHttpClient();
  private Mosquitto broker;
  private Collector collector;
  private int port;
  private MqttProbe device;

  @BeforeEach
  void start(@TempDir Path directory) throws Exception {
    broker = new Mosquitto(directory);
    BrokerAccess access = BrokerAccess.open(broker.address());
    collector =
        new Collector(
            new CollectorConfig(
                HttpConfig.onLoopback(0),
                Optional.of(access),
                0,
                20,
                Topics.standard(),
                FleetLimits.STANDARD,
                directory.resolve("data")),
            access);
    port =
        collector
            .start()
            .toCompletionStage()
            .toCompletableFuture()
            .get(10, TimeUnit.SECONDS)
            .actualPort();
    device =
        new MqttProbe(
            broker.address(),
            new MqttClientOptions()
                .setWillFlag(true)
                .setWillTopic(ROOT + "/status")
                .setWillMessageBytes(status(false))
                .setWillRetain(true)
                .setWillQoS(1));
    device.publish(ROOT + "/status", status(true), true);
    device.publish(
        ROOT + "/state/motor",
        Buffer.buffer(PlayedFleet.stateMessage("s1", 1, "\"hy300_motor_position_steps\":127")),
        true);
    await().atMost(LIMIT).until(() -> get("/metrics").body().contains("} 127\n"));
  }

  @AfterEach
  void stop() throws Exception {
    device.close();
    collector.stop().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
    broker.close();
  }

  private static Buffer status(boolean online) {
    return new StatusMessage(online, "s1", Instant.now()).toBuffer();
  }

  private HttpResponse<String> get(String path, String... headers)
      throws IOException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(
            URI.create(path.startsWith("/") ? "http://127.0.0.1:" + port + path : path));
    for (int i = 0; i < headers.length; i += 2) {
      request.header(headers[i], headers[i + 1]);
    }
    return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  @Test
  void thePagesAndTheirErrors() throws Exception {
    assertThat(get("/metrics").headers().firstValue("Content-Type"))
        .contains("text/plain; version=0.0.4; charset=utf-8");
    HttpResponse<String> openMetrics =
        get("/metrics", "Accept", "application/openmetrics-text;version=1.0.0");
    assertThat(openMetrics.headers().firstValue("Content-Type"))
        .contains("application/openmetrics-text; version=1.0.0; charset=utf-8");
    assertThat(openMetrics.body()).endsWith("# EOF\n");
    assertThat(get("/metrics?shard=1/1").body()).contains("} 127\n");
    assertThat(get("/metrics?shard=1/2").body() + get("/metrics?shard=2/2").body())
        .containsOnlyOnce("} 127\n");
    HttpResponse<String> badShard = get("/metrics?shard=5/4");
    assertThat(badShard.statusCode()).isEqualTo(400);
    assertThat(badShard.body().lines()).hasSize(1);

    HttpResponse<String> one = get("/metrics/p1");
    assertThat(one.statusCode()).isEqualTo(200);
    assertThat(one.body()).contains("hy300_motor_position_steps{device=\"p1\"} 127\n");
    assertThat(get("/metrics/p2").statusCode()).isEqualTo(404);
    assertThat(new JsonArray(get("/sd").body()).getJsonObject(0).getJsonArray("targets"))
        .containsExactly("127.0.0.1:" + port);
    device.vanish();
    await().atMost(LIMIT).until(() -> get("/metrics/p1").statusCode() == 503);
    assertThat(get("/sd").body()).contains("/metrics/p1");
    device = new MqttProbe(broker.address());
  }

  @Test
  void prometheusSeesADeviceGoAtTheNextScrape(@TempDir Path directory) throws Exception {
    int prometheus;
    // Prometheus does not report a port that the system chose, so one is asked for here.
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      prometheus = socket.getLocalPort();
    }
    Path configuration = directory.resolve("prometheus.yml");
    Files.writeString(
        configuration,
        """
        global: {scrape_interval: 1s, scrape_timeout: 1s}
        scrape_configs:
          - job_name: fleet
            honor_labels: true
            static_configs: [{targets: ["127.0.0.1:%1$d"]}]
          - job_name: devices
            honor_labels: true
            http_sd_configs: [{url: "http://127.0.0.1:%1$d/sd", refresh_interval: 1s}]
        """
            .formatted(port));
    try (Program program =
        new Program(
            "prometheus",
            Map.of(),
            "prometheus",
            "--config.file=" + configuration,
            "--storage.tsdb.path=" + directory.resolve("data"),
            "--web.listen-address=127.0.0.1:" + prometheus)) {
      program.awaitLine(Pattern.compile("Server is ready"), Duration.ofSeconds(60));
      String position = "hy300_motor_position_steps{device=\"p1\"}";
      await().atMost(LIMIT).until(() -> query(prometheus, position, "").equals("127"));
      await().atMost(LIMIT).until(() -> query(prometheus, "up{job=\"devices\"}", "").equals("1"));
      // What Prometheus asks for and reads is OpenMetrics; a page it cannot read is down.
      await().atMost(LIMIT).until(() -> query(prometheus, "up{job=\"fleet\"}", "").equals("1"));

      Instant before = Instant.now();
      device.vanish();
      await().atMost(LIMIT).until(() -> get("/metrics").body().contains("_up{device=\"p1\"} 0"));
      Instant gone = Instant.now();
      // Without the mark of staleness it would be there for five minutes.
      await().atMost(LIMIT).until(() -> query(prometheus, position, "").isEmpty());
      assertThat(Duration.between(gone, Instant.now())).isLessThan(Duration.ofSeconds(20));
      assertThat(query(prometheus, "hy300_device_up{job=\"fleet\"}", "")).isEqualTo("0");
      assertThat(query(prometheus, "hy300_device_last_seen_timestamp_seconds", "")).isNotEmpty();
      await().atMost(LIMIT).until(() -> query(prometheus, "up{job=\"devices\"}", "").equals("0"));
      // At the moment before it went it is still there.
      assertThat(query(prometheus, position, "&time=" + before)).isEqualTo("127");
    }
    device = new MqttProbe(broker.address());
  }

  /** The value of the first sample, or nothing. */
  private String query(int prometheus, String expression, String more)
      throws IOException, InterruptedException {
    String answer =
        get("http://127.0.0.1:%d/api/v1/query?query=%s%s"
                .formatted(prometheus, URLEncoder.encode(expression, StandardCharsets.UTF_8), more))
            .body();
    JsonArray result = new JsonObject(answer).getJsonObject("data").getJsonArray("result");
    return result.isEmpty() ? "" : result.getJsonObject(0).getJsonArray("value").getString(1);
  }
}
