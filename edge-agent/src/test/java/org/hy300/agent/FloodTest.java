// SPDX-License-Identifier: Apache-2.0
// Ten thousand changes a second of one attribute: state is conflated, events are sent or counted.
package org.hy300.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.NavigableSet;
import java.util.TreeSet;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.LongStream;
import org.hy300.testing.MqttProbe;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The simulator only makes the attributes; the test changes them. */
@Timeout(300)
class FloodTest extends AgentFixture {
  private static final int A_SECOND = 10_000;
  private static final int SECONDS = 3;

  /**
   * The least time between two states of a subsystem in {@link
   * org.hy300.agent.state.StatePublisher}.
   */
  private static final long INTERVAL_MS = 250;

  /** Writes the texts alternately, the second one last. */
  private void flood(String attribute, String... texts) throws IOException {
    long begin = System.nanoTime();
    try (FileChannel file =
        FileChannel.open(drivers().resolve("motor").resolve(attribute), StandardOpenOption.WRITE)) {
      for (int i = 0; i < A_SECOND * SECONDS; i++) {
        while (System.nanoTime() - begin < i * (1_000_000_000L / A_SECOND)) {
          LockSupport.parkNanos(100_000);
        }
        file.write(ByteBuffer.wrap(texts[i % 2].getBytes(StandardCharsets.UTF_8)), 0);
        if (i == A_SECOND) {
          probe.publish(ROOT + "/cmd/agent/refresh", command("amid", "{}"));
        }
      }
    }
  }

  /** Replaces a metric attribute's page, as the simulator does. */
  private void page(String attribute, String before, String after) throws IOException {
    Path page = drivers().resolve("motor").resolve(attribute);
    Path fresh = directory.resolve("page");
    Files.writeString(fresh, Files.readString(page).replace(before, after));
    Files.move(fresh, page, StandardCopyOption.ATOMIC_MOVE);
  }

  @Test
  void aFloodOfOnePositionIsConflatedAndItsEndIsTold() throws Exception {
    simulator.close();
    int before = probe.heard(STATE).size();
    page("current_position", "hy300_motor_position_steps 0", "hy300_motor_position_steps 12");
    long begin = System.nanoTime();
    flood("position", "11", "12");
    assertThat(terminal(ROOT + "/reply/agent/refresh", "amid").getString("status"))
        .isEqualTo("done");
    probe.await(OWN_STATE, s -> value(s, "hy300_agent_wakeups_total") > SECONDS);
    probe.await(STATE, s -> value(s, "hy300_motor_position_steps") == 12);
    // The first state comes at once, and the last one always comes.
    await().atMost(Duration.ofSeconds(60)).until(() -> probe.heard(STATE).size() >= before + 2);
    int told = probe.heard(STATE).size() - before;
    // The agent may still read changes long after the last was written. Some of these states are
    // from before, and one is from the refresh command.
    long lasted = (System.nanoTime() - begin) / 1_000_000;
    assertThat(told).isLessThanOrEqualTo((int) (lasted / INTERVAL_MS) + 4);
    assertThat(probe.heard(EVENT)).isEmpty();
  }

  @Test
  void aFloodOfEventsIsToldOrCountedToTheLastOne() throws Exception {
    simulator.close();
    flood("limit_switch", "0", "1");
    await()
        .atMost(Duration.ofSeconds(60))
        .untilAsserted(
            () -> {
              List<JsonObject> events =
                  probe.heard(EVENT).stream().map(MqttProbe.Message::json).toList();
              assertThat(events).hasSizeGreaterThan(SECONDS);
              assertThat(events.get(events.size() - 1).getJsonObject("data").getBoolean("closed"))
                  .isTrue();
              assertThat(accountedFor())
                  .isEqualTo(
                      LongStream.rangeClosed(1, accountedFor().last())
                          .collect(TreeSet::new, TreeSet::add, TreeSet::addAll));
            });
    assertThat(terminal(ROOT + "/reply/agent/refresh", "amid").getString("status"))
        .isEqualTo("done");
  }

  /** Numbers of the events that arrived, and of those that a gap reports as lost. */
  private NavigableSet<Long> accountedFor() {
    NavigableSet<Long> numbers = new TreeSet<>();
    for (String topic : List.of(EVENT, ROOT + "/event/agent")) {
      for (MqttProbe.Message message : probe.heard(topic)) {
        JsonObject event = message.json();
        numbers.add(event.getLong("seq"));
        if (event.getString("event").equals("gap")) {
          JsonObject gap = event.getJsonObject("data");
          LongStream.rangeClosed(gap.getLong("first"), gap.getLong("last")).forEach(numbers::add);
        }
      }
    }
    return numbers;
  }
}
