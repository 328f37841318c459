// SPDX-License-Identifier: Apache-2.0
package org.hy300.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.ByteArrayInputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import javax.imageio.ImageIO;
import org.hy300.cli.client.Exit;
import org.hy300.testing.FreePort;
import org.hy300.testing.Program;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** All commands with a collector, agents and simulated projectors. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(300)
class CommandLineTest {
  private Site site;

  @BeforeAll
  void start(@TempDir Path directory) throws Exception {
    site = new Site(directory);
  }

  @AfterAll
  void stop() {
    site.close();
  }

  /** Resets the hardware and moves the motors to 0. */
  private void home() throws Exception {
    for (int number = 1; number <= 2; number++) {
      site.steer(number, "motor_switch_mode", "ok");
      site.steer(number, "motor_step_ms", "2");
    }
    assertThat(hy300("motor", "clear-fault", "--all").status()).isZero();
    assertThat(hy300("motor", "home", "--all").status()).isZero();
  }

  private Hy300 hy300(String... args) throws Exception {
    return site.hy300(args);
  }

  private static void done(Hy300 run) {
    assertThat(run.err()).isEmpty();
    assertThat(run.status()).as(run.out()).isZero();
  }

  private static void fails(Hy300 run, int status, String... says) {
    assertThat(run.err()).contains(says).startsWith("hy300: ").hasLineCount(1);
    assertThat(run.status()).isEqualTo(status);
  }

  @Test
  void theFleetIsListed() throws Exception {
    Hy300 all = hy300("devices");
    done(all);
    assertThat(all.lines()).hasSize(3);
    assertThat(all.lines().get(0)).matches("DEVICE +STATE +LAST SEEN +MODEL +LABELS");
    assertThat(all.lines().get(1)).matches("simulated-1  online +2\\S+Z  \\S+ .*site=berlin");
    assertThat(hy300("devices", "--label", "site=hamburg", "--names").lines())
        .containsExactly("simulated-2");
    assertThat(hy300("devices", "--label", "site=berlin", "--label", "room=1", "--names").lines())
        .isEmpty();
    assertThat(hy300("devices", "--offline", "--names").lines()).isEmpty();
    JsonArray devices =
        hy300("devices", "--json", "--label=site=berlin").json().getJsonArray("devices");
    assertThat(devices).hasSize(1);
    assertThat(devices.getJsonObject(0).getString("device")).isEqualTo("simulated-1");
  }

  @Test
  void aProjectorIsShownWithItsValuesEventsAndSettings() throws Exception {
    home();
    Hy300 shown = hy300("show", "simulated-1");
    done(shown);
    assertThat(shown.lines())
        .anyMatch(line -> line.matches("labels +site=berlin"))
        .anyMatch(line -> line.matches("hy300_motor_position_steps +0"));
    JsonObject json = hy300("show", "simulated-1", "--json").json();
    assertThat(json.getJsonObject("values").getInteger("hy300_motor_position_steps")).isZero();

    Hy300 events = hy300("events", "simulated-1");
    done(events);
    assertThat(events.lines()).anyMatch(line -> line.matches("2\\S+Z +motor +homed.*"));
    assertThat(hy300("events", "simulated-1", "--json").json().getJsonArray("events")).isNotEmpty();

    assertThat(hy300("settings", "simulated-1").out())
        .isEqualTo("simulated-1  expect-signal=unset\n");
    done(hy300("settings", "simulated-1", "--expect-signal", "true"));
    assertThat(hy300("settings", "simulated-1", "--json").json().getBoolean("expect_signal"))
        .isTrue();
    assertThat(hy300("settings", "simulated-1", "--expect-signal", "unset").out())
        .isEqualTo("simulated-1  expect-signal=unset\n");
  }

  @Test
  void aMotorMovesAndIsWaitedFor() throws Exception {
    home();
    Hy300 moved = hy300("motor", "move", "simulated-1", "40", "--wait");
    done(moved);
    assertThat(moved.out()).isEqualTo("simulated-1  done  position=40\n");
    JsonObject back = hy300("--json", "motor", "step", "simulated-1", "-15").json();
    assertThat(back.getString("status")).isEqualTo("done");
    assertThat(back.getJsonObject("result").getInteger("position")).isEqualTo(25);
    done(hy300("motor", "stop", "simulated-1"));
  }

  @Test
  void severalAreSelectedByTheirLabels() throws Exception {
    home();
    Hy300 one = hy300("motor", "move", "--label", "site=hamburg", "10");
    done(one);
    assertThat(one.out()).isEqualTo("simulated-2  done  position=10\n");
    site.steer(2, "motor_switch_mode", "stuck_open");
    Hy300 both = hy300("motor", "home", "--all");
    assertThat(both.status()).isEqualTo(Exit.FAILED);
    assertThat(both.err()).isEmpty();
    assertThat(both.lines())
        .hasSize(2)
        .anyMatch(line -> line.startsWith("simulated-1  done"))
        .anyMatch(line -> line.startsWith("simulated-2  failed"));
    JsonObject json = hy300("agent", "ping", "--all", "--json").json();
    assertThat(json.getJsonArray("targets")).hasSize(2);
    fails(hy300("motor", "home", "--label", "site=rome"), Exit.NO_DEVICE, "no device");
  }

  /** {@code make reference} sets {@code -Dreference.write}, with which this writes the page. */
  @Test
  void theReferencePageHasEveryMetric() throws Exception {
    MetricsReference reference = MetricsReference.of(site);
    assertThat(reference.missing(Path.of("../edge-agent/src/main"))).isEmpty();
    assertThat(reference.missing(Path.of("../collector/src/main"))).isEmpty();
    Path page = Path.of("../docs/reference/metrics.md");
    if (Boolean.getBoolean("reference.write")) {
      Files.writeString(page, reference.text());
    }
    assertThat(page)
        .as("docs/reference/metrics.md is not what the programs show; `make reference` writes it")
        .hasContent(reference.text());
  }

  @Test
  void everyCommandOfTheCatalogueReachesTheProjector() throws Exception {
    home();
    done(hy300("capture", "stop", "simulated-1"));
    done(hy300("capture", "start", "simulated-1"));
    done(hy300("mips", "restart", "simulated-1"));
    done(hy300("mips", "keystone", "simulated-1", "0", "0", "10", "-5", "0", "0", "-1", "2"));
    done(hy300("mips", "load-firmware", "simulated-1", "hy300.bin"));
    Hy300 added = hy300("process", "add", "simulated-1", "--name", "java");
    done(added);
    assertThat(added.out()).contains("java");
    assertThat(hy300("process", "list", "simulated-1").out()).contains("java");
    done(hy300("process", "remove", "simulated-1", "--name=java"));
    // A simulated projector has no bridge, which a ping needs.
    fails(hy300("agent", "ping", "simulated-1"), Exit.FAILED, "simulated-1: agent/ping failed: ");
    done(hy300("agent", "refresh", "simulated-1"));
    assertThat(hy300("command", "simulated-1", "motor/move", "{\"position\":7}").out())
        .isEqualTo("simulated-1  done  position=7\n");
    done(hy300("command", "--label=site=berlin", "motor/stop"));
    fails(hy300("command", "simulated-1", "motor/dance"), Exit.USAGE, "motor/dance");
  }

  @Test
  void aFrameIsWrittenToAFileOrToStandardOutput(@TempDir Path directory) throws Exception {
    for (int number = 1; number <= 2; number++) {
      site.steer(number, "hdmi_source", "1280x720@60");
    }
    for (int number = 1; number <= 2; number++) {
      site.awaitShown(number, "hy300_tvcap_signal_detected +1");
    }
    Path file = directory.resolve("frame.jpg");
    Hy300 written = hy300("capture", "snapshot", "simulated-1", "-o", file.toString());
    done(written);
    assertThat(written.out()).contains("resolution=1280x720");
    assertThat(ImageIO.read(new ByteArrayInputStream(Files.readAllBytes(file))).getWidth())
        .isEqualTo(1280);
    Hy300 streamed = hy300("capture", "snapshot", "simulated-2", "-o", "-");
    done(streamed);
    assertThat(streamed.out()).contains("JFIF").doesNotContain("done");
    fails(
        hy300("capture", "snapshot", "simulated-2", "-o", "/nonexistent/f.jpg"),
        Exit.USAGE,
        "/nonexistent");
    fails(hy300("capture", "snapshot", "--all", "-o", "f.jpg"), Exit.USAGE, "one DEVICE");
  }

  @Test
  void whatAProjectorFailsAtIsSaidInALine() throws Exception {
    home();
    fails(
        hy300("motor", "move", "simulated-1", "5000"),
        Exit.FAILED,
        "simulated-1: motor/move rejected: ");
    site.steer(1, "motor_switch_mode", "stuck_open");
    fails(hy300("motor", "home", "simulated-1"), Exit.FAILED, "motor/home failed: ");
    Hy300 json = hy300("motor", "move", "simulated-1", "3", "--json");
    assertThat(json.status()).isEqualTo(Exit.FAILED);
    assertThat(json.err()).isEmpty();
    assertThat(json.json().getJsonObject("error").getString("message")).isNotEmpty();
  }

  @Test
  void whoDoesNotWaitAsksLater() throws Exception {
    home();
    site.steer(1, "motor_step_ms", "100");
    Hy300 sent = hy300("motor", "move", "simulated-1", "900", "--no-wait");
    done(sent);
    String id = sent.out().strip();
    Hy300 meanwhile = hy300("result", id);
    assertThat(meanwhile.status()).isEqualTo(Exit.UNANSWERED);
    assertThat(meanwhile.out()).matches("simulated-1  (sent|accepted)\\n");
    Hy300 stopped = hy300("motor", "stop", "simulated-1");
    done(stopped);
    Hy300 later = hy300("result", id);
    assertThat(later.status()).isEqualTo(Exit.FAILED);
    assertThat(later.out()).startsWith("simulated-1  cancelled  ");
    assertThat(hy300("result", id, "--json").json().getString("state")).isEqualTo("ended");
    fails(hy300("result", "never-given"), Exit.NO_DEVICE, "never-given");
  }

  @Test
  void whoIsWaitingSeesTheMotorMoveAndMayGo() throws Exception {
    home();
    site.steer(1, "motor_step_ms", "200");
    String[] words =
        Hy300.command(
                List.of("-Dhy300.stderr.terminal=true"), "motor", "move", "simulated-1", "900")
            .toArray(String[]::new);
    try (Program waiting = new Program("hy300", Map.of("HY300_URL", site.url), words)) {
      waiting.awaitLine(
          Pattern.compile("simulated-1: motor/move, \\d+ s, at [1-9]\\d* of 900"), Site.LIMIT);
      waiting.signal("INT");
      assertThat(waiting.awaitExit(Site.LIMIT)).isEqualTo(130);
      String id =
          waiting.lines().stream()
              .filter(line -> line.contains("hy300 result "))
              .map(line -> line.substring(line.lastIndexOf(' ') + 1))
              .findFirst()
              .orElseThrow();
      assertThat(hy300("result", id).status()).isEqualTo(Exit.UNANSWERED);
    }
    done(hy300("motor", "stop", "simulated-1"));
  }

  @Test
  void aProjectorThatHangsAnswersTooLate() throws Exception {
    site.agent(2).signal("STOP");
    try {
      fails(
          hy300("agent", "ping", "simulated-2", "--timeout", "1"),
          Exit.UNANSWERED,
          "simulated-2: agent/ping expired");
    } finally {
      site.agent(2).signal("CONT");
      // The agents may have lost the broker.
      site.awaitOnline();
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--json                                    | hy300: needs one of devices, show",
        "nonsense                                  | nonsense",
        "motor                                     | motor needs one of",
        "motor move simulated-1                    | takes DEVICE POSITION",
        "motor move simulated-1 1 2                | takes DEVICE POSITION, not simulated-1 1 2",
        "motor move simulated-1 far                | 'position' is not an integer",
        "motor move simulated-1 -1                 | 'position' is out of range",
        "motor home --label site=berlin simulated-1 | takes no further word",
        "motor home --label site=berlin --all      | exclude each other",
        "motor home simulated-1 --wait --no-wait   | exclude each other",
        "motor home simulated-1 --wiat             | --wiat",
        "process add simulated-1                   | exactly one argument",
        "devices --online --offline                | exclude each other",
        "devices --timeout 0                       | --timeout 0",
        "devices --url ftp://x                     | is no address",
        "devices --url https://u:pw@x              | has a user or a password in it",
        "devices --ca /nonexistent                 | /nonexistent does not exist",
        "devices --token-file /nonexistent         | /nonexistent does not exist",
        "settings simulated-1 --expect-signal yes  | --expect-signal",
        "command simulated-1 motor                 | SUBSYSTEM/ACTION",
        "command simulated-1 motor/move x          | no JSON object",
        "result a/b                                | no command's id",
        "show                                      | DEVICE",
      })
  void wrongUsageIsSaidInALine(String args, String says) throws Exception {
    Hy300 run = hy300(args.split(" "));
    fails(run, Exit.USAGE, says);
    assertThat(run.err()).containsOnlyOnce("hy300").doesNotContain("u:pw");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"show nobody", "motor home nobody", "motor home a*b", "show ../x", "watch nobody"})
  void anUnknownProjectorIsSaidByItsName(String args) throws Exception {
    fails(hy300(args.split(" ")), Exit.NO_DEVICE, args.substring(args.lastIndexOf(' ') + 1));
  }

  @Test
  void aCollectorThatIsNotThereIsSaid() throws Exception {
    String url = "http://127.0.0.1:" + FreePort.choose();
    assertThat(Hy300.run(Map.of("HY300_URL", url + "/"), "devices").err())
        .isEqualTo(
            "hy300: cannot reach "
                + url
                + ": connection refused; is the collector running? --url or HY300_URL names"
                + " another\n");
    fails(hy300("devices", "--url", url), Exit.COLLECTOR, "connection refused");
    fails(hy300("devices", "--url", "http://nowhere.invalid"), Exit.COLLECTOR, "nowhere.invalid");
  }

  @Test
  void whatIsNoCollectorAndWhatIsSilentIsSaid() throws Exception {
    try (ServerSocket silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      String url = "http://127.0.0.1:" + silent.getLocalPort();
      fails(
          hy300("devices", "--timeout=1", "--url", url),
          Exit.UNANSWERED,
          url + " has not answered");
    }
    HttpServer other =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    other.createContext(
        "/",
        exchange -> {
          exchange.sendResponseHeaders(404, 0);
          exchange.close();
        });
    other.start();
    fails(
        hy300("devices", "--url", "http://127.0.0.1:" + other.getAddress().getPort()),
        Exit.COLLECTOR,
        "is it a collector?");
    other.stop(0);
    fails(hy300("devices", "--url", site.url + "/metrics"), Exit.COLLECTOR, "nothing is at");
  }

  @Test
  void changesAreWatchedInTextAndJson() throws Exception {
    home();
    try (Program watch = watch("watch", "simulated-1");
        Program json = watch("watch", "--json");
        Program fleet = watch("watch")) {
      for (Program each : List.of(watch, json, fleet)) {
        each.awaitLine(Pattern.compile("simulated-1"), Site.LIMIT);
      }
      done(hy300("motor", "move", "simulated-1", "33"));
      watch.awaitLine(
          Pattern.compile("^2\\S+Z  simulated-1  .*hy300_motor_position_steps=33"), Site.LIMIT);
      watch.awaitLine(
          Pattern.compile("^2\\S+Z  simulated-1  motor/position_reached  .*33"), Site.LIMIT);
      fleet.awaitLine(Pattern.compile("^2\\S+Z  simulated-1  .*motor.position=33"), Site.LIMIT);
      String line = json.awaitLine(Pattern.compile("^.*\"position\":33\\b.*$"), Site.LIMIT).group();
      assertThat(new JsonObject(line).getJsonObject("data").getString("device"))
          .isEqualTo("simulated-1");
      watch.signal("INT");
      assertThat(watch.awaitExit(Duration.ofSeconds(60))).isEqualTo(130);
    }
  }

  private Program watch(String... args) throws Exception {
    return new Program(
        "watch",
        Map.of("HY300_URL", site.url),
        Hy300.command(List.of(), args).toArray(String[]::new));
  }

  @Test
  void helpIsThereForEachCommand() throws Exception {
    Hy300 help = hy300("--help");
    done(help);
    assertThat(help.out()).contains("devices", "motor", "HY300_URL", "Exit status");
    Hy300 move = hy300("motor", "move", "--help");
    done(move);
    assertThat(move.out())
        .contains("(DEVICE | --label=KEY=VALUE... | --all) POSITION", "0 to 100000 steps");
    assertThat(hy300("--version").out()).startsWith("hy300 ");
  }

  @Test
  void coloursAreForTerminalsOnly() throws Exception {
    List<String> terminal = List.of("-Dhy300.stdout.terminal=true");
    Map<String, String> url = Map.of("HY300_URL", site.url);
    assertThat(hy300("devices").out()).doesNotContain("\u001b");
    assertThat(Hy300.run(url, terminal, "devices").out()).contains("\u001b[32monline\u001b[0m");
    assertThat(Hy300.run(Map.of("HY300_URL", site.url, "NO_COLOR", "1"), terminal, "devices").out())
        .doesNotContain("\u001b");
  }
}
