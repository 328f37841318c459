// SPDX-License-Identifier: Apache-2.0
// The packaged programs, each on a machine of a faulty network and by a clock of its own.
package org.hy300.e2e;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.hy300.testing.Program;
import org.hy300.testing.Prometheus;

/**
 * Agents and collector live a day ahead, so that certificates of today are valid however far their
 * clocks step back.
 */
final class FaultyFleet implements AutoCloseable {
  static final Duration LIMIT = Duration.ofMinutes(2);
  static final String COLLECTOR = "collector";
  static final String PROMETHEUS = "prometheus";
  static final long AHEAD_SECONDS = 86_400;
  private static final int HTTP_PORT = 8080;
  private static final String AGENT = "edge-agent/target/hy300-agent/bin/hy300-agent";
  private static final String SIMULATOR = "edge-agent/target/hy300-agent/bin/hy300-simulator";

  final MachineNetwork network = new MachineNetwork();
  final FaultyBroker broker;
  final Prometheus prometheus;
  private final Path directory;
  private final List<String> devices;
  private final Map<String, String> addresses = new LinkedHashMap<>();
  private final Map<String, List<Program>> runs = new LinkedHashMap<>();
  private final Program simulator;
  private final HttpClient http =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(Duration.ofSeconds(2))
          .build();

  FaultyFleet(Path directory, int size) throws IOException, InterruptedException {
    this.directory = directory;
    devices = IntStream.rangeClosed(1, size).mapToObj(n -> "simulated-" + n).toList();
    broker = new FaultyBroker(network, directory, devices);
    addresses.put(COLLECTOR, network.add(COLLECTOR));
    addresses.put(PROMETHEUS, network.add(PROMETHEUS));
    simulator =
        new Program(
            "hy300-simulator",
            Map.of(),
            path(SIMULATOR),
            "--directory=" + directory,
            "--projectors=" + size);
    simulator.awaitLine(Pattern.compile("simulated projectors in"), LIMIT);
    for (String device : devices) {
      board(device, "hdmi_source", "silent");
      network.add(device);
      setClock(device, 0);
      startAgent(device);
    }
    setClock(COLLECTOR, 0);
    startCollector();
    prometheus =
        ShippedPrometheus.startOn(
            MachineNetwork.in(PROMETHEUS),
            addresses.get(PROMETHEUS),
            addresses.get(COLLECTOR) + ":" + HTTP_PORT,
            directory);
  }

  private static String path(String program) {
    return Root.DIRECTORY.resolve(program).toString();
  }

  List<String> devices() {
    return devices;
  }

  private void start(String machine, String program, String... options) throws IOException {
    String[] command =
        Stream.concat(Stream.of(path(program)), Arrays.stream(options)).toArray(String[]::new);
    Map<String, String> environment = new HashMap<>(ownClock(machine));
    if (machine.equals(COLLECTOR)) {
      // As docs/guides/size.md has it: without a ceiling Java takes a quarter of the machine first.
      environment.put("JDK_JAVA_OPTIONS", "-Xmx64m");
    }
    runs.computeIfAbsent(machine, first -> new ArrayList<>())
        .add(new Program(machine, environment, MachineNetwork.in(machine, command)));
  }

  void startAgent(String device) throws IOException {
    start(
        device,
        AGENT,
        "--broker=" + broker.forDevices(),
        "--broker-ca=" + broker.ca(),
        "--broker-certificate=" + broker.certificate(device),
        "--broker-key=" + broker.key(device),
        "--device=" + device,
        "--keep-alive=5",
        "--sysfs=" + hardware(device),
        "--journal=" + journal(),
        "--run-directory=" + directory.resolve("run"),
        "--clock-marker=none");
  }

  void startCollector() throws IOException {
    start(
        COLLECTOR,
        "collector/target/hy300-collector/bin/hy300-collector",
        "--broker=" + broker.forPeople(),
        "--broker-ca=" + broker.ca(),
        "--broker-username=hy300-collector",
        "--broker-password-file=" + broker.password(),
        "--keep-alive=5",
        "--http-host=" + addresses.get(COLLECTOR),
        "--http-port=" + HTTP_PORT,
        "--allow-insecure",
        "--data=" + directory.resolve("collector"));
  }

  /** Ends an agent or the collector at once, as a power cut would. */
  void kill(String machine) throws IOException, InterruptedException {
    program(machine).signal("KILL");
    program(machine).awaitExit(LIMIT);
  }

  /** Ends an agent as systemd does. */
  void stop(String machine) {
    program(machine).close();
  }

  Program program(String machine) {
    List<Program> all = runs.get(machine);
    return all.get(all.size() - 1);
  }

  /** The machines of agents and collector. */
  Set<String> runs() {
    return runs.keySet();
  }

  /** What a machine's runs have printed. */
  List<String> lines(String machine) {
    List<String> lines = new ArrayList<>();
    runs.getOrDefault(machine, List.of()).forEach(run -> lines.addAll(run.lines()));
    return lines;
  }

  /** Leaves what was printed in the files of a directory. */
  private void keepLines() throws IOException {
    Path kept = Files.createDirectories(Root.DIRECTORY.resolve("deploy/e2e/target/faults"));
    for (String machine : runs.keySet()) {
      Files.write(kept.resolve(machine + ".log"), lines(machine));
    }
    Files.write(kept.resolve("broker.log"), broker.lines());
  }

  private Path clock(String machine) {
    return directory.resolve("clock-" + machine);
  }

  /** Sets a machine's clock so far ahead of the others. */
  void setClock(String machine, long seconds) throws IOException {
    Path fresh = directory.resolve("clock");
    Files.writeString(fresh, "%+d\n".formatted(AHEAD_SECONDS + seconds));
    Files.move(fresh, clock(machine), StandardCopyOption.ATOMIC_MOVE);
  }

  private Map<String, String> ownClock(String machine) throws IOException {
    try (Stream<Path> libraries = Files.list(Path.of("/usr/lib"))) {
      Path library =
          libraries
              .map(directory -> directory.resolve("faketime/libfaketimeMT.so.1"))
              .filter(Files::exists)
              .findFirst()
              .orElseThrow(() -> new IOException("the package libfaketime is missing"));
      return Map.of(
          "LD_PRELOAD",
          library.toString(),
          "FAKETIME_TIMESTAMP_FILE",
          clock(machine).toString(),
          "FAKETIME_NO_CACHE",
          "1",
          // A clock that is set moves nothing else.
          "FAKETIME_DONT_FAKE_MONOTONIC",
          "1",
          // With it Java's waits return at once (libfaketime 0.9.10).
          "FAKETIME_FORCE_MONOTONIC_FIX",
          "0",
          "NO_FAKE_STAT",
          "1");
    }
  }

  /** A projector's attributes and pages. */
  Path hardware(String device) {
    return directory.resolve(device).resolve("hy300");
  }

  Path journal() {
    return directory.resolve("journal");
  }

  /** Turns a knob of a projector's board. */
  void board(String device, String knob, String value) throws IOException {
    Files.writeString(directory.resolve(device).resolve("board").resolve(knob), value + "\n");
  }

  URI url(String path) {
    return URI.create("http://" + addresses.get(COLLECTOR) + ":" + HTTP_PORT + path);
  }

  /** Asks the collector, which may not be reached. */
  HttpResponse<String> send(HttpRequest.Builder request) throws IOException, InterruptedException {
    return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  String get(String path) throws IOException, InterruptedException {
    return send(HttpRequest.newBuilder(url(path)).timeout(Duration.ofSeconds(5))).body();
  }

  /** Waits until Prometheus sees all of them up. */
  void awaitOnline() {
    await("Prometheus sees all projectors up")
        .atMost(LIMIT)
        .ignoreExceptions()
        .until(
            () ->
                prometheus.query("sum(hy300_device_up)").orElse(0.0).intValue() == devices.size());
  }

  @Override
  public void close() throws IOException {
    runs.keySet().forEach(this::stop);
    keepLines();
    simulator.close();
    broker.close();
    prometheus.close();
  }
}
