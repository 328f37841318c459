// SPDX-License-Identifier: Apache-2.0
// Options from the command line, the environment and a file, and their precedence.
package org.hy300.program;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.hy300.mqtt.BrokerAddress;
import org.hy300.testing.DeepJson;
import org.hy300.testing.Secrets;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

class SettingsTest {
  @TempDir private Path directory;
  private Path file;

  @Command(name = "test", mixinStandardHelpOptions = true)
  private static final class Options implements Runnable {
    @Option(names = "--labels", defaultValue = "")
    private String labels;

    @Mixin private SharedOptions shared;

    @Override
    public void run() {}
  }

  @BeforeEach
  void write() throws IOException {
    file = directory.resolve("agent.yaml");
    Files.writeString(file, "# of the fleet\nkeep-alive: 7\nlabels: {site: berlin, room: a2}\n");
  }

  private static Options parse(Map<String, String> environment, String... args) throws IOException {
    Options options = new Options();
    CommandLine line = new CommandLine(options);
    line.setDefaultValueProvider(Settings.read(line.getCommandSpec(), args, environment));
    line.parseArgs(args);
    return options;
  }

  @Test
  void aPasswordGoesInTheClearToAnotherMachineOnlyWhenThatIsAllowed() throws IOException {
    BrokerAddress other = new BrokerAddress("broker.example", 1883);
    String user = "--broker-username=u";
    String password =
        "--broker-password-file=" + Secrets.write(directory.resolve("password"), "s3cret");
    String variable = "HY300_ALLOW_PLAIN_PASSWORD";
    for (Options refused :
        List.of(
            parse(Map.of(), user, password),
            parse(Map.of(variable, "false"), user, password),
            parse(Map.of(variable, "true"), user, password, "--allow-plain-password=false"))) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> refused.shared.access(other))
          .withMessageContaining("--allow-plain-password");
    }
    for (Options allowed :
        List.of(
            parse(Map.of(), user, password, "--allow-plain-password"),
            parse(Map.of(variable, "true"), user, password))) {
      assertThat(allowed.shared.access(other).address()).isEqualTo(other);
    }
  }

  @Test
  void theCommandLineGoesBeforeTheEnvironmentAndThatBeforeTheFile() throws IOException {
    String config = "--config=" + file;
    Map<String, String> environment = Map.of("HY300_KEEP_ALIVE", "8");
    assertThat(parse(Map.of()).shared.keepAliveSeconds()).isEqualTo(20);
    assertThat(parse(Map.of(), config).shared.keepAliveSeconds()).isEqualTo(7);
    assertThat(parse(environment, "--config", file.toString()).shared.keepAliveSeconds())
        .isEqualTo(8);
    assertThat(parse(environment, config, "--keep-alive", "9").shared.keepAliveSeconds())
        .isEqualTo(9);
    assertThat(parse(Map.of("HY300_CONFIG", file.toString())).shared.keepAliveSeconds())
        .isEqualTo(7);
  }

  @Test
  void mapsBecomePairs() throws IOException {
    assertThat(parse(Map.of(), "--config=" + file).labels).isEqualTo("site=berlin,room=a2");
  }

  @ParameterizedTest
  @ValueSource(strings = {"[name=kodi, unit=ssh.service]", "[{name: kodi}, {unit: ssh.service}]"})
  void listsAreSeparatedByCommas(String list) throws IOException {
    Files.writeString(file, "labels: " + list + "\n");
    assertThat(parse(Map.of(), "--config=" + file).labels).isEqualTo("name=kodi,unit=ssh.service");
  }

  @Test
  void aProgramWithoutThatOptionReadsNoFile() throws IOException {
    @Command
    final class Plain {
      @Option(names = "--number")
      private int number;
    }
    Map<String, String> environment = Map.of("HY300_CONFIG", file.toString(), "HY300_NUMBER", "3");
    Plain plain = new Plain();
    CommandLine line = new CommandLine(plain);
    line.setDefaultValueProvider(Settings.read(line.getCommandSpec(), new String[0], environment));
    line.parseArgs();
    assertThat(plain.number).isEqualTo(3);
  }

  @Test
  void anEmptyVariableSaysNothing() throws IOException {
    assertThat(parse(Map.of("HY300_KEEP_ALIVE", "")).shared.keepAliveSeconds()).isEqualTo(20);
  }

  @Test
  void anEmptyFileSaysNothing() throws IOException {
    Files.writeString(file, "# nothing yet\n");
    assertThat(parse(Map.of(), "--config=" + file).shared.keepAliveSeconds()).isEqualTo(20);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "keep-alife: 7       | there is no setting 'keep-alife'; there are allow-plain-password",
        "help: true          | there is no setting 'help'",
        "config: other       | there is no setting 'config'",
        "keep-alive: [1      | line 2",
        "'just a text'       | does not hold settings",
        "labels: &a [*a]     | line 1 has an alias",
        "labels: &a {b: *a}  | line 1 has an alias",
        "keep-alive: !!int x | is no YAML",
        "labels: !!float x   | is no YAML",
      })
  void aWrongFileIsOneLine(String content, String message) throws IOException {
    Files.writeString(file, content + "\n");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> parse(Map.of(), "--config=" + file))
        .withMessageContaining(file.toString())
        .withMessageContaining(message)
        .withMessageNotContaining("\n");
  }

  @Test
  void aFewLinesThatStandForBillionsAreRefused() throws IOException {
    StringBuilder laughs = new StringBuilder("a0: &a0 [ha, ha]\n");
    for (int i = 1; i < 25; i++) {
      laughs.append("a%d: &a%d [*a%d, *a%d]\n".formatted(i, i, i - 1, i - 1));
    }
    Files.writeString(file, laughs);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> parse(Map.of(), "--config=" + file))
        .withMessage(file + " line 2 has an alias; write out its value");
  }

  @Test
  void aFileIsNestedSixteenDeepAndNotMore() throws IOException {
    Files.writeString(file, "labels: " + DeepJson.arrays(15) + "\n");
    assertThat(parse(Map.of(), "--config=" + file).labels).isEmpty();
    for (int depth : new int[] {17, 900, 100_000}) {
      Files.writeString(file, "keep-alive: 7\nlabels: " + DeepJson.arrays(depth - 1) + "\n");
      assertThatIllegalArgumentException()
          .isThrownBy(() -> parse(Map.of(), "--config=" + file))
          .withMessage(file + " line 2 is nested more than 16 deep");
    }
  }

  @Test
  void aMissingFileIsNamed() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> parse(Map.of(), "--config=" + directory.resolve("none.yaml")))
        .withMessageContaining("none.yaml does not exist");
  }
}
