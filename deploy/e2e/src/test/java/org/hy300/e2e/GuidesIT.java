// SPDX-License-Identifier: Apache-2.0
// Follows the pages of docs/ literally, on machines with nothing but Debian.
package org.hy300.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.vertx.core.json.JsonObject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.hy300.testing.Program;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.Keys;

/** {@code make test-guides} runs it. */
@Timeout(value = 2, unit = TimeUnit.HOURS)
class GuidesIT {
  /** The projector is an emulated machine, and this machine may be slow as well. */
  private static final Duration LIMIT = Duration.ofMinutes(10);

  private static final String HOMED = "hy300_motor_homed";

  @TempDir private Path directory;
  private Machines machines;

  /** One test, because each part needs the machines as the one before left them. */
  @Test
  void theGuidesLeadThroughTheLifeOfAFleet() throws Exception {
    try (Machines booted = new Machines(directory)) {
      machines = booted;
      aStrangersProjectorIsOnThePageOfItsFleet();
      thePageAsksForTheTokenAndShowsTheProjector();
      whatIsAskedWhenSomethingIsWrongHasAnAnswer();
      theRunbooksCommandsRun();
      thePipeCarriesMessages();
      anUpgradeKeepsOptionsAndABackUpBringsBackWhatWasLost();
      certificatesAreRenewedAndALostProjectorIsShutOutUntilItIsFound();
      aProjectorIsBackAfterAPowerCutWithoutAnybodysHelp();
      prometheusKnowsTheFleet();
      aProjectorThatIsGoneForGoodIsForgotten();
    }
  }

  private List<String> yours(String command) throws Exception {
    return machines.shell(Guide.YOURS).run(command, LIMIT);
  }

  private List<String> on(String machine, String command) throws Exception {
    return machines.shell(machine).run(command, LIMIT);
  }

  private void aStrangersProjectorIsOnThePageOfItsFleet() throws Exception {
    long begin = System.nanoTime();
    machines.follow(Guide.read("docs/guides/install.md"));
    isOnline();
    // docs/guides/install.md mentions about ten minutes, for a reader with real machines.
    System.out.printf("installed in %d s%n", (System.nanoTime() - begin) / 1_000_000_000L);

    // Nothing runs as root, and the agent has the rights that it needs.
    assertThat(on(Machines.PROJECTOR, "ps -o user:32= -C java")).containsExactly("hy300-agent");
    assertThat(on(Machines.FLEET, "ps -o user:32= -C java")).containsExactly("hy300-collector");
    assertThat(on(Machines.PROJECTOR, "cat /sys/class/hy300/motor/target_position"))
        .containsExactly("120");
    fails(Machines.PROJECTOR, "journalctl -u hy300-agent --grep 'ermission|EACCES'");

    // Everything is encrypted: broker and collector refuse plain connections.
    fails(Machines.FLEET, "curl -s -m 5 http://fleet.example:8080/metrics");
    fails(Machines.FLEET, "mosquitto_sub -h fleet.example -p 1883 -t '#' -W 2");
    assertThat(on(Machines.FLEET, "ss -ltnH | awk '{ print $4 }' | grep -v '^127' | sed 's/.*://'"))
        .containsOnly("22", "8080", "8883", "8884");
  }

  private void prometheusKnowsTheFleet() throws Exception {
    await("the fleet at Prometheus")
        .atMost(LIMIT)
        .pollInterval(Duration.ofSeconds(5))
        .until(
            () ->
                on(
                        Machines.FLEET,
                        "curl -s 'http://127.0.0.1:9090/api/v1/query?query=hy300_device_up'")
                    .stream()
                    .anyMatch(line -> line.matches(".*\"device\":\"projector-7\".*\"1\"\\].*")));
  }

  private void thePageAsksForTheTokenAndShowsTheProjector() throws Exception {
    Path home =
        Files.createDirectories(directory.resolve("browser/.pki/nssdb")).getParent().getParent();
    String database = "sql:" + home.resolve(".pki/nssdb");
    String ca = Machines.YOURS.resolve("etc/hy300/pki/ca.pem").toString();
    Program.run("certutil", "-d", database, "-N", "--empty-password");
    Program.run("certutil", "-d", database, "-A", "-t", "C,,", "-n", "hy300", "-i", ca);
    String token = Files.readString(Machines.YOURS.resolve("root/.hy300.token")).strip();
    try (Browser browser =
        new Browser(
            Map.of("HOME", home.toString()),
            "--host-resolver-rules=MAP fleet.example " + machines.address(Machines.FLEET))) {
      browser.open("https://fleet.example:8080/");
      browser.find("#token").sendKeys(token, Keys.ENTER);
      await("projector-7 is on the page")
          .atMost(LIMIT)
          .until(() -> browser.text("main").contains("projector-7"));
      browser.picture("page-installed");
    }
  }

  private void fails(String machine, String command) throws Exception {
    on(machine, "if " + command + "; then false; fi");
  }

  private void isOnline() {
    isNow("online");
  }

  private void isNow(String state) {
    await("projector-7 is " + state)
        .atMost(LIMIT)
        .pollInterval(Duration.ofSeconds(2))
        .until(
            () ->
                yours("hy300 devices").stream().anyMatch(line -> says(line, "projector-7", state)));
    System.out.printf("%4d s: %s%n", machines.seconds(), state);
  }

  private static boolean says(String line, String... words) {
    return List.of(line.split(" +")).containsAll(List.of(words));
  }

  private void whatIsAskedWhenSomethingIsWrongHasAnAnswer() throws Exception {
    machines.follow(Guide.read("docs/guides/troubleshoot.md"));
    isOnline();
  }

  private void theRunbooksCommandsRun() throws Exception {
    try (var pages = Files.list(Root.DIRECTORY.resolve("docs/runbooks"))) {
      for (Path page : pages.sorted().toList()) {
        if (!page.endsWith("README.md")) {
          for (Guide.Block block :
              Guide.read(Root.DIRECTORY.relativize(page).toString()).blocks()) {
            String machine = block.machine().replace("DEVICE", Machines.PROJECTOR);
            for (String line : block.lines()) {
              String command = line.replace("DEVICE", Machines.PROJECTOR);
              on(machine, "{ " + command + "\n} || case $? in " + allowed(command) + " esac");
            }
          }
        }
      }
    }
  }

  /** Shell patterns of the exit statuses that a command may have when nothing is wrong. */
  private static String allowed(String command) {
    if (command.startsWith("hy300 ")) {
      // The projector refuses, or anna lacks the right.
      return "1|3) ;; *) false ;;";
    }
    return command.contains("| grep ") ? "1) ;; *) false ;;" : "*) false ;;";
  }

  private void thePipeCarriesMessages() throws Exception {
    // While the agent runs, it reads all messages.
    on(Machines.PROJECTOR, "systemctl stop hy300-agent");
    Guide guide = Guide.read("docs/guides/kmsgpipe.md");
    machines.follow(guide.section("Load it"));
    for (Guide.Block block : guide.section("Write and read").blocks()) {
      assertThat(on(Machines.PROJECTOR, block.commands())).containsExactly("lamp on", "lamp off");
    }
    machines.follow(guide.section("See and set"));
    on(Machines.PROJECTOR, "systemctl start hy300-agent");
    isOnline();
  }

  private void anUpgradeKeepsOptionsAndABackUpBringsBackWhatWasLost() throws Exception {
    Guide upgrade = Guide.read("docs/guides/upgrade.md");
    Guide backUp = Guide.read("docs/guides/back-up.md");
    List<String> options = on(Machines.PROJECTOR, "cat /etc/hy300/agent.yaml");
    for (String version : List.of("99.1", Machines.version())) {
      machines.makePackages(version);
      machines.follow(upgrade);
      assertThat(on(Machines.PROJECTOR, "dpkg-query -W -f '${Version}' hy300-agent"))
          .containsExactly(version);
      assertThat(on(Machines.PROJECTOR, "cat /etc/hy300/agent.yaml")).isEqualTo(options);
      isOnline();
    }
    machines.follow(backUp.section("Back up"));
    on(
        Machines.FLEET,
        "apt-get purge -y hy300-collector mosquitto prometheus; cd /; "
            + "rm -rf etc/hy300 etc/mosquitto etc/prometheus var/lib/hy300-collector var/lib/mosquitto");
    yours("rm -r /etc/hy300/pki");
    machines.follow(backUp.section("Restore"));
    isOnline();
    assertThat(on(Machines.FLEET, "cat /var/lib/hy300-collector/audit.jsonl"))
        .anyMatch(line -> line.contains("anna") && line.contains("motor/move"));
  }

  private void certificatesAreRenewedAndALostProjectorIsShutOutUntilItIsFound() throws Exception {
    Guide guide = Guide.read("docs/guides/certificates.md");
    machines.follow(guide.section("Certificates"));
    machines.follow(guide.section("Renew a projector's certificate"));
    machines.follow(guide.section("Renew the server's certificate"));
    isOnline();
    machines.follow(guide.section("A lost projector"));
    isNow("offline");
    await("the agent says why")
        .atMost(LIMIT)
        .until(
            () ->
                on(Machines.PROJECTOR, "journalctl --no-pager -n 200 -u hy300-agent").stream()
                    .anyMatch(line -> line.matches("(?i).*certificate[_ ]revoked.*")));
    machines.follow(guide.section("A recovered projector"));
    isOnline();
  }

  private JsonObject shown() throws Exception {
    return new JsonObject(String.join("\n", yours("hy300 show projector-7 --json")));
  }

  /** The value of a series; null if there is none. */
  private Integer value(String series) throws Exception {
    return shown().getJsonObject("values").getInteger(series);
  }

  private static Predicate<Integer> homed(int expected) {
    return value -> value != null && value == expected;
  }

  /** Identifiers of the agent's start events among the last events. */
  private Set<String> starts() throws Exception {
    return new JsonObject(String.join("\n", yours("hy300 events projector-7 --json")))
        .getJsonArray("events").stream()
            .map(JsonObject.class::cast)
            .filter(event -> event.getString("event").equals("agent_started"))
            .map(event -> event.getString("id"))
            .collect(Collectors.toSet());
  }

  private void aProjectorIsBackAfterAPowerCutWithoutAnybodysHelp() throws Exception {
    yours("hy300 motor home projector-7");
    await("the motor is shown as homed").atMost(LIMIT).until(() -> value(HOMED), homed(1));
    String boot = shown().getString("boot_id");
    Set<String> starts = starts();
    machines.reset(Machines.PROJECTOR);
    // The broker detects the loss after one and a half keep-alives. Whether the projector is back
    // sooner, and so never offline, depends on the machine.
    await("projector-7 is back, booted again")
        .atMost(LIMIT)
        .pollInterval(Duration.ofSeconds(2))
        .until(() -> shown().getBoolean("online") && !boot.equals(shown().getString("boot_id")));
    System.out.printf("%4d s: back%n", machines.seconds());
    // The motor is no longer homed after the power cut, and must not be shown as homed.
    assertThat(value(HOMED)).isNotEqualTo(1);
    await("the motor is shown as it is").atMost(LIMIT).until(() -> value(HOMED), homed(0));
    await("its start is told").atMost(LIMIT).until(() -> !starts.containsAll(starts()));
    // Of all devices the video node appears last, and its picture later still.
    await("a frame is taken")
        .atMost(LIMIT)
        .until(
            () ->
                yours(
                        "if hy300 capture snapshot projector-7 -o /root/frame.jpg;"
                            + " then echo taken; fi")
                    .contains("taken"));
    assertThat(Files.readAllBytes(Machines.YOURS.resolve("root/frame.jpg"))).startsWith(0xFF, 0xD8);
    assertThat(on(Machines.FLEET, "systemctl --failed --plain --no-legend")).isEmpty();
  }

  private void aProjectorThatIsGoneForGoodIsForgotten() throws Exception {
    // Its console shell is gone since the power cut.
    yours("ssh root@projector-7 systemctl stop hy300-agent");
    isNow("offline");
    machines.follow(Guide.read("docs/guides/forget.md"));
    await("no projector-7")
        .atMost(LIMIT)
        .until(() -> yours("hy300 devices").stream().noneMatch(line -> says(line, "projector-7")));
  }
}
