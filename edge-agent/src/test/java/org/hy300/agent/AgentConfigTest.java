// SPDX-License-Identifier: Apache-2.0
package org.hy300.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.hy300.contract.Topics;
import org.hy300.mqtt.BrokerAccess;
import org.hy300.mqtt.BrokerAddress;
import org.hy300.testing.Program;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AgentConfigTest {
  private static AgentConfig config(String device, int keepAlive, Map<String, String> labels) {
    return new AgentConfig(
        BrokerAccess.open(new BrokerAddress("127.0.0.1", 1883)),
        keepAlive,
        new AgentConfig.Projector(device, labels, Topics.standard()),
        new AgentConfig.Drivers(
            Path.of("/sys/class/hy300"), Path.of("/dev/daedalus-v4l2"), Path.of("/dev/kmsgpipe")),
        new AgentConfig.Storage(
            Path.of("/var/lib/hy300-agent"), 8 * AgentConfig.MIB, Path.of("/run/hy300-agent")),
        null,
        List.of(),
        "");
  }

  @Test
  void labelsArePairs() {
    assertThat(AgentConfig.parseLabels("site=berlin, room=a=2"))
        .isEqualTo(Map.of("site", "berlin", "room", "a=2"));
    assertThat(AgentConfig.parseLabels("")).isEmpty();
    assertThatIllegalArgumentException().isThrownBy(() -> AgentConfig.parseLabels("site"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "fleet", "a/b", "a+", "#", ".x", "ä"})
  void aNameThatIsNoTopicLevelIsRefused(String device) {
    assertThatIllegalArgumentException().isThrownBy(() -> config(device, 20, Map.of()));
  }

  @Test
  void valuesOutOfRangeAreRefused() {
    assertThatIllegalArgumentException().isThrownBy(() -> config("p1", 0, Map.of()));
    assertThatIllegalArgumentException().isThrownBy(() -> config("p1", 70_000, Map.of()));
    assertThatIllegalArgumentException().isThrownBy(() -> config("p1", 20, Map.of("1x", "y")));
    assertThatIllegalArgumentException().isThrownBy(() -> config("p1", 20, Map.of("device", "y")));
  }

  @Test
  void theDriversAreLookedForWhereTheyGoWhenTheirNameIsTaken(@TempDir Path classes)
      throws Exception {
    Path named = Files.createDirectory(classes.resolve("hy300"));
    assertThat(AgentConfig.driverClass(named)).isEqualTo(named);
    Path beside = Files.createDirectory(classes.resolve("hy300-fleet"));
    assertThat(AgentConfig.driverClass(named)).isEqualTo(beside);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--broker=nonsense",
        "--keep-alive=soon",
        "--keep-alive=0",
        "--nonsense",
        "--device=a/b",
        "--journal-size=0",
        "--journal-size=2000",
        "--home-assistant=a//b"
      })
  void aWrongOptionEndsTheProgramWithOneLine(String option) throws Exception {
    assertThat(run(Map.of(), 2, option)).startsWith("hy300-agent: ");
  }

  @Test
  void optionsMayStandInTheFileAndInTheEnvironment(@TempDir Path directory) throws Exception {
    Path file = directory.resolve("agent.yaml");
    Files.writeString(
        file,
        """
        device: p1
        journal: /var/tmp/hy300
        journal-size: 2
        clock-marker: none
        processes: [name=kodi, {unit: ssh.service}]
        labels: {site: berlin, room: a2}
        """);
    String config = "--config=" + file;
    assertThat(run(Map.of(), 0, config, "--check-config")).endsWith("the configuration is sound");
    assertThat(run(Map.of("HY300_JOURNAL_SIZE", "0"), 2, config, "--check-config"))
        .contains("journal of 0 MiB");
    assertThat(run(Map.of("HY300_PROCESSES", "kodi"), 2, config, "--check-config"))
        .contains("kodi");
  }

  /** Runs an agent that ends by itself, and returns the one line that it prints. */
  private static String run(Map<String, String> environment, int status, String... options)
      throws Exception {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                "org.hy300.agent.Main"));
    command.addAll(List.of(options));
    try (Program program =
        new Program("hy300-agent", environment, command.toArray(String[]::new))) {
      assertThat(program.awaitExit(Duration.ofSeconds(60))).isEqualTo(status);
      assertThat(program.lines()).hasSize(1);
      return program.lines().get(0);
    }
  }
}
