// SPDX-License-Identifier: Apache-2.0
package org.hy300.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.hy300.contract.Topics;
import org.hy300.mqtt.BrokerAccess;
import org.hy300.mqtt.BrokerAddress;
import org.hy300.testing.Program;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AgentConfigTest {
  private static AgentConfig config(String device, int keepAlive, Map<String, String> labels) {
    return new AgentConfig(
        BrokerAccess.open(new BrokerAddress("127.0.0.1", 1883)),
        device,
        keepAlive,
        Path.of("/sys/class/hy300"),
        Path.of("/dev/daedalus-v4l2"),
        Path.of("/dev/kmsgpipe"),
        Topics.standard(),
        labels,
        List.of(),
        Path.of("/var/lib/hy300-agent"),
        8 * AgentConfig.MIB,
        null);
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

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--broker=nonsense",
        "--keep-alive=soon",
        "--keep-alive=0",
        "--nonsense",
        "--device=a/b",
        "--journal-size=0",
        "--journal-size=2000"
      })
  void aWrongOptionEndsTheProgramWithOneLine(String option) throws Exception {
    try (Program program =
        new Program(
            "hy300-agent",
            Map.of(),
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-cp",
            System.getProperty("java.class.path"),
            "org.hy300.agent.Main",
            option)) {
      assertThat(program.awaitExit(Duration.ofSeconds(20))).isEqualTo(2);
      assertThat(program.lines()).hasSize(1).first().asString().startsWith("hy300-agent: ");
    }
  }
}
