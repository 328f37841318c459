// SPDX-License-Identifier: Apache-2.0
// The packaged programs together: mosquitto, simulated projectors with real agents, a collector.
package org.hy300.e2e;

import static org.awaitility.Awaitility.await;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.hy300.testing.Mosquitto;
import org.hy300.testing.Program;

/** Projectors are called simulated-1 and so on; each program can be killed and started again. */
final class SimulatedFleet implements AutoCloseable {
  static final Duration LIMIT = Duration.ofMinutes(2);

  /** The programs of this checkout. */
  static final Path AGENT = Root.DIRECTORY.resolve("edge-agent/target/hy300-agent");

  static final Path COLLECTOR = Root.DIRECTORY.resolve("collector/target/hy300-collector");

  private final Path directory;
  private final Path agentHome;
  private final Path collectorHome;
  private final List<String> agentOptions;
  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final List<Program> agents = new ArrayList<>();
  private final Program simulator;
  private String url;

  final Mosquitto broker;
  Program collector;

  /** Starts all but the collector. */
  SimulatedFleet(Path directory, int projectors, String... agentOptions) throws IOException {
    this(directory, AGENT, COLLECTOR, projectors, agentOptions);
  }

  /** With an agent or a collector of another version. */
  SimulatedFleet(
      Path directory, Path agentHome, Path collectorHome, int projectors, String... agentOptions)
      throws IOException {
    this.directory = directory;
    this.agentHome = agentHome;
    this.collectorHome = collectorHome;
    this.agentOptions = List.of(agentOptions);
    broker = new Mosquitto(directory);
    simulator =
        new Program(
            "hy300-simulator",
            Map.of(),
            AGENT.resolve("bin/hy300-simulator").toString(),
            "--directory=" + directory,
            "--projectors=" + projectors);
    simulator.awaitLine(Pattern.compile("simulated projectors in"), LIMIT);
    for (int number = 1; number <= projectors; number++) {
      agents.add(null);
      startAgent(number);
    }
  }

  void startAgent(int number) throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of(
                agentHome.resolve("bin/hy300-agent").toString(),
                "--broker=" + broker.address(),
                "--device=simulated-" + number,
                "--labels=site=berlin",
                "--keep-alive=2",
                "--sysfs=" + projector(number).resolve("hy300"),
                "--journal=" + directory.resolve("journal"),
                "--clock-marker=none"));
    command.addAll(agentOptions);
    agents.set(number - 1, new Program("hy300-agent", Map.of(), command.toArray(String[]::new)));
  }

  /** Ends an agent at once, as a power cut would. */
  void killAgent(int number) throws IOException, InterruptedException {
    agents.get(number - 1).signal("KILL");
    agents.get(number - 1).awaitExit(LIMIT);
  }

  /** Starts the collector and waits until it has heard of all projectors and their motors. */
  void startCollector(String... options) throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of(
                collectorHome.resolve("bin/hy300-collector").toString(),
                "--broker=" + broker.address(),
                "--http-port=0",
                "--data=" + directory.resolve("collector")));
    command.addAll(List.of(options));
    collector = new Program("hy300-collector", Map.of(), command.toArray(String[]::new));
    url = collector.awaitLine(Pattern.compile("metrics at (http\\S+)/metrics"), LIMIT).group(1);
  }

  void awaitOnline(int projectors) {
    await(projectors + " are online")
        .atMost(LIMIT)
        .until(
            () ->
                new JsonObject(get("/api/v1/devices")).getInteger("online") == projectors
                    && get("/api/v1/devices/simulated-1").contains("motor_position"));
  }

  int httpPort() {
    return URI.create(url).getPort();
  }

  /** Where a projector's files are: `hy300` and `board`. */
  Path projector(int number) {
    return directory.resolve("simulated-" + number);
  }

  /** Turns a knob of a projector's board. */
  void board(int number, String knob, String value) throws IOException {
    Files.writeString(projector(number).resolve("board").resolve(knob), value + "\n");
  }

  String get(String path) throws Exception {
    return send(HttpRequest.newBuilder(URI.create(url + path))).body();
  }

  /** Asks so many times at once, and gives the statuses of the answers. */
  List<Integer> burst(String path, int requests) {
    HttpRequest request = HttpRequest.newBuilder(URI.create(url + path)).build();
    return Stream.generate(() -> http.sendAsync(request, HttpResponse.BodyHandlers.discarding()))
        .limit(requests)
        .toList()
        .stream()
        .map(answer -> answer.orTimeout(60, TimeUnit.SECONDS).join().statusCode())
        .toList();
  }

  HttpResponse<String> post(String path, String body) throws Exception {
    return send(
        HttpRequest.newBuilder(URI.create(url + path))
            .POST(HttpRequest.BodyPublishers.ofString(body)));
  }

  HttpResponse<String> put(String path, String body) throws Exception {
    return send(
        HttpRequest.newBuilder(URI.create(url + path))
            .PUT(HttpRequest.BodyPublishers.ofString(body)));
  }

  private HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
    return http.sendAsync(request.build(), HttpResponse.BodyHandlers.ofString())
        .get(60, TimeUnit.SECONDS);
  }

  @Override
  public void close() {
    if (collector != null) {
      collector.close();
    }
    agents.forEach(Program::close);
    simulator.close();
    broker.close();
  }
}
