// SPDX-License-Identifier: Apache-2.0
// A stop always gets through, whatever other commands wait.
package org.hy300.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.vertx.core.json.JsonObject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Writing to a FIFO blocks until somebody reads, as a write to an attribute blocks until its driver
 * is done.
 */
@Timeout(300)
class StopTest extends AgentFixture {
  private static final String STOP = ROOT + "/cmd/motor/stop";
  private static final String STOP_REPLY = ROOT + "/reply/motor/stop";

  private Path slow;

  @AfterEach
  void letGo() throws Exception {
    if (Files.exists(slow)) {
      // A reader, in case the test failed before it read.
      new ProcessBuilder("timeout", "1", "cat", slow.toString()).start().waitFor();
    }
  }

  private void makeSlow(String attribute) throws Exception {
    simulator.close();
    slow = drivers().resolve(attribute);
    Files.delete(slow);
    assertThat(new ProcessBuilder("mkfifo", "-m", "200", slow.toString()).start().waitFor())
        .isZero();
  }

  private void stops(String id) {
    probe.publish(STOP, command(id, "{}"));
    assertThat(terminal(STOP_REPLY, id).getString("status")).isEqualTo("done");
  }

  private Path stopAttribute() {
    return drivers().resolve("motor/stop");
  }

  private String target() throws Exception {
    return Files.readString(drivers().resolve("motor/target_position")).strip();
  }

  private void isCancelled(String id) {
    JsonObject reply = terminal(MOVE_REPLY, id);
    assertThat(reply.getString("status")).isEqualTo("cancelled");
    assertThat(reply.getJsonObject("error").getString("code")).isEqualTo("stopped");
  }

  @Test
  void itWaitsForNoOtherDriverAndForNoneOfAHundredCommands() throws Exception {
    home();
    String before = target();
    makeSlow("mips/load_firmware");
    probe.publish(ROOT + "/cmd/mips/load_firmware", command("slow", "{\"name\":\"a.bin\"}"));
    probe.await(
        ROOT + "/reply/mips/load_firmware", reply -> reply.getString("status").equals("accepted"));
    for (int i = 1; i <= 120; i++) {
      probe.publish(MOVE, command("m" + i, "{\"position\":" + (100 + i) + "}"));
    }
    Files.writeString(stopAttribute(), "");
    stops("s1");
    assertThat(Files.readString(stopAttribute())).isEqualTo("1");
    for (int i = 8; i <= 120; i++) {
      assertThat(terminal(MOVE_REPLY, "m" + i).getJsonObject("error").getString("code"))
          .isEqualTo("busy");
    }
    stops("s2");

    assertThat(Files.readString(slow)).isEqualTo("a.bin");
    terminal(ROOT + "/reply/mips/load_firmware", "slow");
    for (int i = 1; i <= 7; i++) {
      isCancelled("m" + i);
    }
    assertThat(target()).isEqualTo(before);
    for (int i = 1; i <= 120; i++) {
      assertThat(statuses(MOVE_REPLY, "m" + i)).filteredOn(s -> !s.equals("accepted")).hasSize(1);
    }
  }

  @Test
  void whatTheMotorTakesDuringAStopIsStoppedAndWhatWaitsIsNotBegun() throws Exception {
    home();
    String before = target();
    makeSlow("motor/home");
    probe.publish(ROOT + "/cmd/motor/home", command("h1", "{}"));
    probe.await(ROOT + "/reply/motor/home", reply -> reply.getString("id").equals("h1"));
    probe.publish(MOVE, command("m1", "{\"position\":101}"));
    probe.publish(MOVE, command("m2", "{\"position\":102}"));
    stops("s1");
    probe.publish(MOVE, command("m3", "{\"position\":103}"));
    Files.writeString(stopAttribute(), "");

    assertThat(Files.readString(slow)).isEqualTo("1");
    isCancelled("m1");
    isCancelled("m2");
    // The driver has taken the order after the stop, and must be stopped again.
    await()
        .atMost(Duration.ofSeconds(20))
        .until(() -> Files.readString(stopAttribute()).equals("1"));
    // Orders after the stop are not affected.
    await().atMost(Duration.ofSeconds(20)).until(() -> target().equals("103"));
    assertThat(before).isNotEqualTo("103");
    terminal(ROOT + "/reply/motor/home", "h1");
    terminal(MOVE_REPLY, "m3");
  }
}
