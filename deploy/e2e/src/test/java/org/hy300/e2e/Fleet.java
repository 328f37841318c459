// SPDX-License-Identifier: Apache-2.0
// The collector of the end-to-end test with its embedded broker, and its interfaces for people.
package org.hy300.e2e;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.hy300.testing.ContractDocument;
import org.hy300.testing.Program;

/** A running collector; only its ports are configured. */
final class Fleet implements AutoCloseable {
  private static final Pattern READY =
      Pattern.compile("http://127\\.0\\.0\\.1:(\\d+)/metrics.*mqtt://127\\.0\\.0\\.1:(\\d+)");

  /** The user of the embedded broker. */
  static final String USER = "hy300";

  private final HttpClient http = HttpClient.newHttpClient();
  private final Path data;
  private final Program collector;

  /** Null with another broker. */
  private final MosquittoClients clients;

  /** Topic and payload of everything that the test itself published, valid or not. */
  private final Set<String> own = new HashSet<>();

  final int httpPort;
  final int mqttPort;

  Fleet(int keepAliveSeconds) throws IOException {
    this(keepAliveSeconds, Map.of());
  }

  /** A collector with additional configuration. */
  Fleet(int keepAliveSeconds, Map<String, String> more) throws IOException {
    data = Files.createTempDirectory("hy300-collector");
    Map<String, String> environment = new HashMap<>();
    environment.put("HY300_HTTP_PORT", "0");
    environment.put("HY300_MQTT_PORT", "0");
    environment.put("HY300_DATA", data.toString());
    environment.put("HY300_KEEP_ALIVE", Integer.toString(keepAliveSeconds));
    environment.putAll(more);
    collector =
        new Program(
            "collector",
            environment,
            Root.DIRECTORY
                .resolve("collector/target/hy300-collector/bin/hy300-collector")
                .toString());
    Matcher ready = collector.awaitLine(READY, Duration.ofSeconds(60));
    httpPort = Integer.parseInt(ready.group(1));
    mqttPort = Integer.parseInt(ready.group(2));
    clients =
        Files.exists(passwordFile())
            ? new MosquittoClients(
                data, mqttPort, "-u " + USER, "-P " + Files.readString(passwordFile()).strip())
            : null;
  }

  /** The file with the embedded broker's password. */
  Path passwordFile() {
    return data.resolve("broker-password");
  }

  /** The audit log, one line for each action. */
  Path auditLog() {
    return data.resolve("audit.jsonl");
  }

  /** An agent's options for the login. */
  Map<String, String> login() {
    return Map.of(
        "HY300_BROKER_USERNAME", USER, "HY300_BROKER_PASSWORD_FILE", passwordFile().toString());
  }

  /** The value of one series on `/metrics`, named as in Prometheus. */
  Optional<Double> metric(String series) throws IOException, InterruptedException {
    String page = get("http://127.0.0.1:" + httpPort + "/metrics");
    return page.lines()
        .filter(line -> line.startsWith(series + " "))
        .map(line -> Double.valueOf(line.substring(series.length() + 1)))
        .findFirst();
  }

  /**
   * Posts a command to the motor and returns the collector's answer, with its HTTP status as
   * `http`.
   */
  JsonObject command(String device, String action, String body)
      throws IOException, InterruptedException {
    return command(device, "motor", action, body);
  }

  /** Posts a command and returns the collector's answer, with its HTTP status as `http`. */
  JsonObject command(String device, String subsystem, String action, String body)
      throws IOException, InterruptedException {
    HttpResponse<String> response =
        http.send(
            HttpRequest.newBuilder(
                    URI.create(
                        "http://127.0.0.1:%d/api/v1/devices/%s/commands/%s/%s"
                            .formatted(httpPort, device, subsystem, action)))
                .timeout(Duration.ofSeconds(60))
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build(),
            HttpResponse.BodyHandlers.ofString());
    return new JsonObject(response.body()).put("http", response.statusCode());
  }

  /** A projector's latest picture; null if the collector has none. */
  BufferedImage snapshot(String device) throws IOException, InterruptedException {
    return ImageIO.read(
        new ByteArrayInputStream(
            http.send(
                    HttpRequest.newBuilder(
                            URI.create(
                                "http://127.0.0.1:%d/api/v1/devices/%s/snapshot"
                                    .formatted(httpPort, device)))
                        .build(),
                    HttpResponse.BodyHandlers.ofByteArray())
                .body()));
  }

  String get(String url) throws IOException, InterruptedException {
    return http.send(
            HttpRequest.newBuilder(URI.create(url)).timeout(Duration.ofSeconds(20)).build(),
            HttpResponse.BodyHandlers.ofString())
        .body();
  }

  /** Publishes at QoS 1 with Debian's mosquitto_pub. */
  void publish(String topic, String payload, String... options)
      throws IOException, InterruptedException {
    own.add(topic + " " + payload);
    // Passes the payload in a file, because a command line cannot hold a megabyte.
    Path file = Files.writeString(Files.createTempFile("payload", ""), payload);
    List<String> command = new ArrayList<>(List.of("mosquitto_pub", "-q", "1", "-t", topic));
    command.addAll(List.of("-f", file.toString()));
    command.addAll(List.of(options));
    try (Program publisher = clients.start(command.toArray(String[]::new))) {
      int status = publisher.awaitExit(Duration.ofSeconds(60));
      if (status != 0) {
        throw new IOException("mosquitto_pub ended with " + status + ": " + publisher.lines());
      }
    } finally {
      Files.delete(file);
    }
  }

  /** Subscribes to everything with Debian's mosquitto_sub; each line is `topic payload`. */
  Program subscribe() throws IOException {
    return clients.start(
        "mosquitto_sub",
        "-q",
        "1",
        "-v",
        "-t",
        "hy300/v1/#",
        // Pictures are not text.
        "-T",
        "hy300/v1/+/snapshot");
  }

  /** Received messages that violate the contract, except for those that the test published. */
  List<String> violations(Program subscriber) {
    List<String> violations = new ArrayList<>();
    for (String line : subscriber.lines()) {
      int space = line.indexOf(' ');
      // mosquitto_sub prints this for an empty payload.
      boolean known = own.contains(line.replaceFirst(" \\(null\\)$", " "));
      if (line.startsWith("hy300/v1/") && space > 0 && !known) {
        ContractDocument.get()
            .violation(line.substring(0, space), Buffer.buffer(line.substring(space + 1)), false)
            .ifPresent(violations::add);
      }
    }
    return violations;
  }

  @Override
  public void close() throws IOException {
    collector.close();
    try (Stream<Path> files = Files.walk(data)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
