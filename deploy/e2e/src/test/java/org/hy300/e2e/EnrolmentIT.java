// SPDX-License-Identifier: Apache-2.0
// A fleet of the packaged programs and mosquitto, with TLS for each connection, until a projector
// is lost: what GuidesIT does on real machines, in ten seconds and without root.
package org.hy300.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.hy300.testing.EnrolledBroker;
import org.hy300.testing.Program;
import org.hy300.testing.Secrets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(300)
class EnrolmentIT {
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final String LOST = "simulated-1";
  private static final String OTHER = "simulated-2";
  private static final String AGENT = "edge-agent/target/hy300-agent/bin/hy300-agent";
  private static final String SIMULATOR = "edge-agent/target/hy300-agent/bin/hy300-simulator";
  private static final String COLLECTOR = "collector/target/hy300-collector/bin/hy300-collector";
  private static final String HY300 = "cli/target/hy300/bin/hy300";

  @TempDir private Path directory;
  private final List<Program> programs = new ArrayList<>();
  private EnrolledBroker broker;
  private Map<String, String> operator;

  @AfterEach
  void stop() {
    programs.forEach(Program::close);
    if (broker != null) {
      broker.close();
    }
  }

  private Program start(String program, Map<String, String> environment, String... options)
      throws IOException {
    List<String> command = new ArrayList<>(List.of(Root.DIRECTORY.resolve(program).toString()));
    command.addAll(List.of(options));
    Program started = new Program(program, environment, command.toArray(String[]::new));
    programs.add(started);
    return started;
  }

  private Program agent(String device) throws Exception {
    broker.issue("device", device);
    // The projector needs copies: revoking removes the certificate and key from the CA's directory.
    Path own = Files.createDirectories(directory.resolve(device + "-certificate"));
    Path certificate = Files.copy(broker.certificate(device), own.resolve("device.pem"));
    Path key = Files.copy(broker.key(device), own.resolve("device.key"));
    return start(
        AGENT,
        Map.of(),
        "--device=" + device,
        "--broker=" + broker.forDevices(),
        "--broker-ca=" + broker.ca(),
        "--broker-certificate=" + certificate,
        "--broker-key=" + key,
        "--sysfs=" + directory.resolve(device).resolve("hy300"),
        "--journal=" + directory.resolve("journal"),
        "--keep-alive=2",
        "--clock-marker=none");
  }

  /** The collector logs in to the broker with a password. */
  private Path password() throws Exception {
    Path password = Secrets.write(directory.resolve("password"), "secret\n");
    broker.admit("hy300-collector", "secret");
    broker.reload();
    return password;
  }

  private Program startCollector() throws Exception {
    Path tokens = directory.resolve("tokens");
    String token =
        start(COLLECTOR, Map.of(), "token", tokens.toString(), "anna", "operate")
            .awaitLine(Pattern.compile("^hy300_\\S+$"), LIMIT)
            .group();
    Path issued = broker.pki().resolve("issued");
    Program collector =
        start(
            COLLECTOR,
            Map.of(),
            "--broker=" + broker.forPeople(),
            "--broker-ca=" + broker.ca(),
            "--broker-username=hy300-collector",
            "--broker-password-file=" + password(),
            "--http-port=0",
            "--http-certificate=" + issued.resolve("localhost.pem"),
            "--http-key=" + issued.resolve("localhost.key"),
            "--http-tokens=" + tokens,
            "--data=" + directory.resolve("collector"));
    String port =
        collector.awaitLine(Pattern.compile("metrics at https://\\S+:(\\d+)/"), LIMIT).group(1);
    operator =
        Map.of(
            "HY300_URL",
            "https://localhost:" + port,
            "HY300_CA",
            broker.ca().toString(),
            "HY300_TOKEN",
            token);
    return collector;
  }

  private static long connections(Program program) {
    return program.lines().stream().filter(line -> line.contains("connected to mqtts://")).count();
  }

  private void awaitState(String device, String state) {
    await(device + " is " + state)
        .atMost(LIMIT)
        .until(
            () -> {
              Program devices = start(HY300, operator, "devices");
              return devices.awaitExit(LIMIT) == 0
                  && devices.lines().stream()
                      .anyMatch(line -> line.startsWith(device + " ") && says(line, state));
            });
  }

  private static boolean says(String line, String state) {
    return List.of(line.split(" +")).contains(state);
  }

  @Test
  void aFleetIsSetUpObeysAndShutsOutTheLostProjector() throws Exception {
    broker = new EnrolledBroker(Root.DIRECTORY, directory.resolve("broker"));
    assertThat(broker.forPeople().tls()).isTrue();
    start(SIMULATOR, Map.of(), "--directory=" + directory, "--projectors=2")
        .awaitLine(Pattern.compile("simulated projectors in"), LIMIT);
    Program lost = agent(LOST);
    Program other = agent(OTHER);
    Program collector = startCollector();
    awaitState(LOST, "online");
    awaitState(OTHER, "online");
    assertThat(start(HY300, operator, "motor", "home", LOST).awaitExit(LIMIT)).isZero();

    broker.issue("revoke", LOST);
    broker.takeRevocations();
    long agentBefore = connections(other);
    long collectorBefore = connections(collector);
    broker.restart();
    // Until the collector notices the loss of the broker it shows the old state. Both of its
    // sessions must be back, like the agent's.
    await("those that are not lost are back at the broker")
        .atMost(LIMIT)
        .until(
            () ->
                connections(other) > agentBefore && connections(collector) >= 2 * collectorBefore);
    awaitState(OTHER, "online");
    assertThat(start(HY300, operator, "motor", "home", OTHER).awaitExit(LIMIT)).isZero();
    lost.awaitLine(Pattern.compile("(?i)certificate[_ ]revoked"), LIMIT);
    awaitState(LOST, "offline");
  }
}
