// SPDX-License-Identifier: Apache-2.0
package org.hy300.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.hy300.cli.client.Exit;
import org.hy300.testing.Certificates;
import org.hy300.testing.Mosquitto;
import org.hy300.testing.Program;
import org.hy300.testing.Secrets;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A collector with HTTPS and tokens. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(300)
class GuardedCollectorTest {
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final String HOST = "localhost";

  private Path directory;
  private Mosquitto broker;
  private Program collector;
  private String url;
  private Path tokenFile;
  private String token;
  private Certificates certificates;

  @BeforeAll
  void start(@TempDir Path directory) throws Exception {
    this.directory = directory;
    broker = new Mosquitto(directory);
    certificates = new Certificates(directory.resolve("certificates"));
    certificates.issue(HOST);
    Path tokens = directory.resolve("tokens");
    try (Program make =
        Site.java("org.hy300.collector.Main", "token", tokens.toString(), "anna", "read")) {
      token = make.awaitLine(Pattern.compile("^hy300_\\S+$"), LIMIT).group();
    }
    tokenFile = Secrets.write(directory.resolve("token"), token + "\n");
    collector =
        Site.java(
            "org.hy300.collector.Main",
            "--broker=" + broker.address(),
            "--http-port=0",
            "--http-certificate=" + certificates.certificate(HOST),
            "--http-key=" + certificates.key(HOST),
            "--http-tokens=" + tokens,
            "--data=" + directory.resolve("data"));
    String port =
        collector.awaitLine(Pattern.compile("metrics at https://\\S+:(\\d+)/"), LIMIT).group(1);
    url = "https://" + HOST + ":" + port;
  }

  @AfterAll
  void stop() {
    collector.close();
    broker.close();
  }

  private Map<String, String> environment(String variable, Object value) {
    return Map.of(
        "HY300_URL", url, "HY300_CA", certificates.ca().toString(), variable, value.toString());
  }

  private static void refused(Hy300 run, int status, String says) {
    assertThat(run.err()).contains(says).hasLineCount(1);
    assertThat(run.status()).isEqualTo(status);
  }

  @Test
  void theTokenComesFromAFileOrTheEnvironment() throws Exception {
    for (Hy300 run :
        List.of(
            Hy300.run(environment("HY300_TOKEN_FILE", tokenFile), "devices"),
            Hy300.run(environment("HY300_TOKEN", token), "devices"),
            Hy300.run(environment("HY300_TOKEN", token + "\r\n"), "devices"),
            Hy300.run(
                Map.of("HY300_TOKEN", "wrong"),
                "--url=" + url,
                "--ca=" + certificates.ca(),
                "--token-file=" + tokenFile,
                "devices"))) {
      assertThat(run.err()).isEmpty();
      assertThat(run.status()).isZero();
    }
  }

  @Test
  void whoIsNotLetInIsToldWhy() throws Exception {
    refused(Hy300.run(environment("HY300_TOKEN", ""), "devices"), Exit.COLLECTOR, " wants a token");
    refused(
        Hy300.run(environment("HY300_TOKEN", "wrong"), "devices"),
        Exit.COLLECTOR,
        " does not know this token");
    refused(
        Hy300.run(environment("HY300_TOKEN", token), "motor", "home", "p1"),
        Exit.COLLECTOR,
        "the role read");
    refused(Hy300.run(Map.of("HY300_URL", url), "devices"), Exit.COLLECTOR, "cannot trust " + url);
    Path empty = Files.writeString(directory.resolve("empty.pem"), "");
    refused(
        Hy300.run(Map.of("HY300_URL", url, "HY300_CA", empty.toString()), "devices"),
        Exit.USAGE,
        "no certificate");
  }

  @Test
  void aTokenDoesNotLeaveTheMachineInTheClear() throws Exception {
    for (String host : List.of("192.0.2.1", "127.example.com")) {
      refused(
          Hy300.run(
              Map.of("HY300_URL", "http://" + host + ":8080", "HY300_TOKEN", token), "devices"),
          Exit.USAGE,
          "in the clear");
    }
  }

  @Test
  void aTokenThatFitsNoHeaderIsNotShown() throws Exception {
    Hy300 run = Hy300.run(environment("HY300_TOKEN", token + "\nanna"), "devices");
    refused(run, Exit.USAGE, "HY300_TOKEN holds a control character");
    assertThat(run.err()).doesNotContain(token);
  }

  @Test
  void noTokenStandsInTheProcessList() throws Exception {
    assertThat(Main.commandLine(Map.of()).getCommandSpec().optionsMap())
        .containsKey("--token-file")
        .doesNotContainKey("--token");
    String[] words = Hy300.command(List.of(), "watch").toArray(String[]::new);
    try (Program watch = new Program("watch", environment("HY300_TOKEN", token), words)) {
      // An empty fleet prints nothing: the program runs and was not refused.
      await()
          .atMost(LIMIT)
          .until(
              () ->
                  Files.readString(Path.of("/proc/" + watch.pid() + "/cmdline")).contains("watch"));
      assertThat(Files.readString(Path.of("/proc/" + watch.pid() + "/cmdline")))
          .doesNotContain(token);
    }
  }
}
