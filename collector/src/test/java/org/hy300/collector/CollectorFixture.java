// SPDX-License-Identifier: Apache-2.0
// A collector with a real mosquitto, for tests that speak HTTP to it.
package org.hy300.collector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.hy300.collector.fleet.FleetLimits;
import org.hy300.collector.http.HttpConfig;
import org.hy300.collector.push.PushConfig;
import org.hy300.contract.Topics;
import org.hy300.mqtt.BrokerAccess;
import org.hy300.testing.Mosquitto;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** What each test starts with. */
public abstract class CollectorFixture {
  protected static final Duration LIMIT = Duration.ofSeconds(60);

  @TempDir protected Path directory;

  /** A connection for each request that waits: one of HTTP/2 takes a hundred of them. */
  protected final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  protected Mosquitto broker;
  private Vertx vertx;
  protected String url;

  @BeforeEach
  void startBroker() throws Exception {
    broker = startMosquitto();
    startCollector();
  }

  protected Mosquitto startMosquitto() throws Exception {
    return new Mosquitto(directory);
  }

  protected HttpConfig httpConfig() throws Exception {
    return HttpConfig.onLoopback(0);
  }

  protected Optional<PushConfig> push() throws Exception {
    return Optional.empty();
  }

  protected int keepAliveSeconds() {
    return 5;
  }

  protected void startCollector() throws Exception {
    startCollector(push());
  }

  protected void startCollector(Optional<PushConfig> push) throws Exception {
    HttpConfig config = httpConfig();
    PrometheusMeterRegistry registry = Collector.registry();
    Collector collector =
        new Collector(
            new CollectorConfig(
                config,
                Optional.of(BrokerAccess.open(broker.address())),
                0,
                keepAliveSeconds(),
                Topics.standard(),
                FleetLimits.STANDARD,
                directory.resolve("data"),
                push),
            BrokerAccess.open(broker.address()),
            registry);
    vertx = Collector.vertx(registry);
    done(vertx.deployVerticle(collector));
    url = config.url(collector.port());
  }

  protected void stopCollector() throws Exception {
    done(vertx.close());
  }

  private static void done(Future<?> step) throws Exception {
    step.toCompletionStage().toCompletableFuture().get(60, TimeUnit.SECONDS);
  }

  @AfterEach
  void stopAll() throws Exception {
    stopCollector();
    broker.close();
  }

  protected CompletableFuture<HttpResponse<String>> ask(
      String method, String path, String body, String... headers) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(url + path))
            .method(
                method,
                body == null
                    ? HttpRequest.BodyPublishers.noBody()
                    : HttpRequest.BodyPublishers.ofString(body));
    if (headers.length > 0) {
      request.headers(headers);
    }
    return http.sendAsync(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  protected CompletableFuture<HttpResponse<String>> post(
      String path, String body, String... headers) {
    return ask("POST", path, body, headers);
  }

  protected HttpResponse<String> get(String path, String... headers) throws Exception {
    return ask("GET", path, null, headers).get(60, TimeUnit.SECONDS);
  }

  protected static HttpResponse<String> soon(CompletableFuture<HttpResponse<String>> answer)
      throws Exception {
    return answer.get(60, TimeUnit.SECONDS);
  }

  protected static JsonObject json(HttpResponse<String> response) {
    return new JsonObject(response.body());
  }

  protected static String code(HttpResponse<String> response) {
    return json(response).getJsonObject("error").getString("code");
  }

  protected void awaitOnline(int devices) {
    await()
        .atMost(LIMIT)
        .pollInterval(Duration.ofMillis(20))
        .untilAsserted(
            () -> assertThat(json(get("/api/v1/devices")).getInteger("online")).isEqualTo(devices));
  }

  /** Waits until the resource of a command says that it has ended. */
  protected JsonObject awaitEnd(String id) {
    return await()
        .atMost(LIMIT)
        .pollDelay(Duration.ZERO)
        .pollInterval(Duration.ofMillis(20))
        .until(
            () -> json(get("/api/v1/commands/" + id)),
            command -> "ended".equals(command.getString("state")));
  }
}
