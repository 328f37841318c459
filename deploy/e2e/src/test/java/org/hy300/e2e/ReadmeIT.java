// SPDX-License-Identifier: Apache-2.0
// Types the commands of README.md, the tutorial and the guides that use the demo into the clone
// while the demo runs.
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
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.hy300.testing.Program;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * {@code make test-e2e} runs it, in a network of its own, because the README uses the demo's
 * default ports.
 */
@Timeout(value = 40, unit = TimeUnit.MINUTES)
class ReadmeIT {
  private static final Duration LIMIT = Duration.ofMinutes(3);
  private static final Path DEMO = Root.DIRECTORY.resolve("target/demo");

  /** Commands that run until the reader has seen enough, and their expected output. */
  private static final Map<String, String> ENDLESS =
      Map.of(
          "XDG_CONFIG_HOME=target/demo mosquitto_sub ", "^hy300/v1/projector-vm/status .*online",
          "cli/target/hy300/bin/hy300 watch ", "\"device\"",
          "edge-agent/target/hy300-agent/bin/hy300-simulator ", "^3 simulated projectors in",
          "edge-agent/target/hy300-agent/bin/hy300-agent ", "connected to mqtt://127.0.0.1:1883");

  /**
   * The pages to read beside the demo, in an order that the test can check afterwards: commands
   * over MQTT after those over HTTP, and the unplugged cable last.
   */
  private static final List<String> PAGES =
      List.of(
          "docs/tutorial.md",
          "docs/guides/prometheus.md",
          "docs/guides/command-line.md",
          "docs/guides/http.md",
          "docs/guides/mqtt.md",
          "docs/guides/processes.md",
          "docs/guides/simulate.md",
          "docs/guides/drivers.md");

  private static final String AT_CONSOLE = "projector-vm";

  private final List<Program> running = new ArrayList<>();
  private Shell yours;

  @AfterEach
  void stop() {
    running.forEach(Program::close);
    if (yours != null) {
      yours.close();
    }
  }

  @Test
  void theDemoTakesEveryCommandOfTheReadme() throws Exception {
    Guide readme = Guide.read("README.md");
    Program.run("ip", "link", "set", "lo", "up");
    yours = new Shell(Guide.YOURS, "sh");
    yours.run("cd " + Root.DIRECTORY, LIMIT);
    // The second command of the first block runs this test.
    start(readme.blocks().get(0).lines().get(0))
        .awaitLine(Pattern.compile("Ctrl-C stops everything"), Duration.ofMinutes(15));
    type(readme.page(), readme.blocks().subList(1, readme.blocks().size()));
    for (String page : PAGES) {
      type(page, Guide.read(page).blocks());
    }
    // The results that the pages promise.
    byte[] frame = Files.readAllBytes(Root.DIRECTORY.resolve("target/frame.jpg"));
    assertThat(frame).startsWith(0xFF, 0xD8).hasSizeGreaterThan(1000);
    shows("hy300_motor_position_steps{device=\"projector-vm\"} 40");
    shows("hy300_motor_position_steps{device=\"simulated-1\"} 0");
    shows("hy300_device_expect_signal{device=\"projector-vm\"} 1");
    shows("hy300_device_up{device=\"desk-1\"} 1");
    shows("hy300_tvcap_signal_detected{device=\"projector-vm\"} 0");
  }

  private void type(String page, List<Guide.Block> blocks) throws IOException {
    for (Guide.Block block : blocks) {
      System.out.printf("%s:%d (%s)%n", page, block.line(), block.section());
      type(block);
    }
  }

  private void type(Guide.Block block) throws IOException {
    for (String command : block.lines()) {
      Optional<String> expected =
          ENDLESS.keySet().stream().filter(command::startsWith).findAny().map(ENDLESS::get);
      if (expected.isPresent()) {
        start(command).awaitLine(Pattern.compile(expected.get()), LIMIT);
      } else if (block.machine().equals(AT_CONSOLE)) {
        atConsole(command);
      } else {
        List<String> said = yours.run(command, LIMIT);
        // curl succeeds with any answer.
        assertThat(String.join("\n", said)).as(command).doesNotContain("\"code\"");
      }
    }
  }

  private Program start(String command) throws IOException {
    Program program =
        new Program(
            command, Map.of(), "sh", "-c", "cd " + Root.DIRECTORY + " && exec env " + command);
    running.add(program);
    return program;
  }

  private static void atConsole(String command) throws IOException {
    String mark = "typed-" + System.nanoTime();
    Files.writeString(DEMO.resolve("console"), command + "; echo " + mark + " $?\n");
    await(command)
        .atMost(LIMIT)
        .until(
            () ->
                Files.readString(DEMO.resolve("projector.log"))
                    .lines()
                    .anyMatch(line -> line.strip().equals(mark + " 0")));
  }

  private void shows(String series) {
    await(series)
        .atMost(LIMIT)
        .until(() -> yours.run("curl -s http://127.0.0.1:8080/metrics", LIMIT).contains(series));
  }
}
