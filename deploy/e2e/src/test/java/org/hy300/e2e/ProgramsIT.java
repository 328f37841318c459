// SPDX-License-Identifier: Apache-2.0
// The packaged programs, started and stopped like by a user.
package org.hy300.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.vertx.mqtt.MqttClientOptions;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.hy300.testing.Mosquitto;
import org.hy300.testing.MqttProbe;
import org.hy300.testing.Program;
import org.hy300.testing.Secrets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(300)
class ProgramsIT {
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final Pattern READY = Pattern.compile("^metrics at ");

  @TempDir private Path data;

  private static String path(String program) {
    return Root.DIRECTORY.resolve(program).toString();
  }

  private static String collector() {
    return path("collector/target/hy300-collector/bin/hy300-collector");
  }

  private Program start(Map<String, String> environment, String... options) throws IOException {
    String[] command = new String[options.length + 1];
    command[0] = collector();
    System.arraycopy(options, 0, command, 1, options.length);
    Map<String, String> all = new HashMap<>(environment);
    all.put("HY300_DATA", data.toString());
    return new Program("hy300-collector", all, command);
  }

  private static List<ProcessHandle> children(Program program) {
    return ProcessHandle.of(program.pid()).orElseThrow().descendants().toList();
  }

  @Test
  void aKilledCollectorLeavesNoBroker() throws Exception {
    try (Program program = start(Map.of("HY300_HTTP_PORT", "0", "HY300_MQTT_PORT", "0"))) {
      program.awaitLine(READY, LIMIT);
      List<ProcessHandle> brokers = children(program);
      assertThat(brokers).hasSize(1);
      program.signal("KILL");
      await().atMost(LIMIT).until(() -> brokers.stream().noneMatch(ProcessHandle::isAlive));
    }
  }

  @Test
  void aCollectorEndsWithItsBroker() throws Exception {
    try (Program program = start(Map.of("HY300_HTTP_PORT", "0", "HY300_MQTT_PORT", "0"))) {
      program.awaitLine(READY, LIMIT);
      children(program).forEach(ProcessHandle::destroyForcibly);
      assertThat(program.awaitExit(LIMIT)).isEqualTo(1);
      assertThat(program.lines()).anyMatch(line -> line.contains("the embedded broker has ended"));
    }
  }

  @Test
  void aTerminatedCollectorEndsWithEverything() throws Exception {
    try (Program program = start(Map.of(), "--http-port=0", "--mqtt-port=0")) {
      program.awaitLine(READY, LIMIT);
      List<ProcessHandle> brokers = children(program);
      program.signal("TERM");
      assertThat(program.awaitExit(LIMIT)).isEqualTo(143);
      await().atMost(LIMIT).until(() -> brokers.stream().noneMatch(ProcessHandle::isAlive));
    }
  }

  @ParameterizedTest
  @CsvSource({"--http-port,--mqtt-port", "--mqtt-port,--http-port"})
  void aPortThatIsTakenIsSaidInALine(String taken, String other) throws Exception {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        Program program = start(Map.of(), taken + "=" + socket.getLocalPort(), other + "=0")) {
      assertThat(program.awaitExit(LIMIT)).isEqualTo(1);
      assertThat(program.lines())
          .anyMatch(line -> line.contains("port " + socket.getLocalPort()))
          .noneMatch(line -> line.startsWith("\tat "));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "--broker=nonsense",
    "--http-port=70000",
    "--http-port=x",
    "--keep-alive=0",
    "--topic-root=a//b",
    "--http-host=0.0.0.0",
    "--http-tokens=/nonexistent",
    "--http-certificate=/dev/null",
    "--http-rate=0",
    "--nonsense"
  })
  void aWrongOptionEndsTheProgramWithOneLine(String option) throws Exception {
    try (Program program = start(Map.of(), option)) {
      assertThat(program.awaitExit(LIMIT)).isEqualTo(2);
      assertThat(program.lines()).hasSize(1).first().asString().startsWith("hy300-collector: ");
    }
  }

  @Test
  void aTokenIsMadeAndTheConfigurationWithItIsSound() throws Exception {
    Path tokens = data.resolve("tokens");
    try (Program make = start(Map.of(), "token", tokens.toString(), "anna", "operate")) {
      assertThat(make.awaitExit(LIMIT)).isZero();
      assertThat(make.lines()).singleElement().asString().startsWith("hy300_");
    }
    Path settings = Files.writeString(data.resolve("collector.yaml"), "http-tokens: " + tokens);
    try (Program check = start(Map.of(), "--config=" + settings, "--check-config")) {
      assertThat(check.awaitExit(LIMIT)).isZero();
      assertThat(check.lines()).containsExactly("hy300-collector: the configuration is sound");
    }
    Secrets.write(tokens, "nonsense");
    try (Program check = start(Map.of(), "--config=" + settings, "--check-config")) {
      assertThat(check.awaitExit(LIMIT)).isEqualTo(2);
      assertThat(check.lines()).singleElement().asString().contains(tokens + " line 1");
    }
  }

  /**
   * By a script: in such a locale Java itself, and so this test, has no names that are not ASCII.
   */
  @ParameterizedTest
  @ValueSource(strings = {"C", "POSIX", "de_DE.ISO-8859-1"})
  void passwordsLabelsAndPathsAreUtf8InEveryLocale(String locale) throws Exception {
    Path script =
        Files.writeString(
            data.resolve("script"),
            """
            set -eu
            cd '%s'
            umask 077
            mkdir bücher
            printf 'pässwört\n' >bücher/kennwort
            mosquitto_passwd -c -b passwords jürgen pässwört
            """
                .formatted(data));
    Program.run("sh", script.toString());
    try (Mosquitto broker =
        new Mosquitto(
            data,
            "127.0.0.1",
            false,
            "allow_anonymous false",
            "password_file " + data.resolve("passwords"))) {
      Path settings =
          Files.writeString(
              data.resolve("agent.yaml"),
              """
              broker: %1$s
              broker-username: jürgen
              broker-password-file: %2$s/bücher/kennwort
              device: p1
              labels: {room: küche}
              journal: %2$s/bücher/journal
              run-directory: %2$s
              sysfs: %2$s/none
              """
                  .formatted(broker.address(), data));
      MqttClientOptions options = new MqttClientOptions();
      options.setUsername("jürgen").setPassword("pässwört");
      try (MqttProbe probe =
              new MqttProbe(broker.address(), options).subscribe("hy300/v1/p1/info");
          Program agent =
              new Program(
                  "hy300-agent",
                  Map.of("LC_ALL", locale),
                  path("edge-agent/target/hy300-agent/bin/hy300-agent"),
                  "--config=" + settings)) {
        assertThat(agent.isAlive()).isTrue();
        probe.await(
            "hy300/v1/p1/info",
            info -> "küche".equals(info.getJsonObject("labels").getString("room")));
      }
      Program.run("sh", "-c", "cd '%s' && test -d b*cher/journal/p1".formatted(data));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "collector/target/hy300-collector/bin/hy300-collector",
    "edge-agent/target/hy300-agent/bin/hy300-agent"
  })
  void helpAndVersion(String program) throws Exception {
    try (Program help = new Program("help", Map.of(), path(program), "--help");
        Program version = new Program("version", Map.of(), path(program), "--version")) {
      assertThat(help.awaitExit(LIMIT)).isZero();
      assertThat(help.lines()).anyMatch(line -> line.contains("--broker"));
      assertThat(version.awaitExit(LIMIT)).isZero();
      assertThat(version.lines()).singleElement().asString().matches("hy300-\\w+ \\d.*");
    }
  }
}
