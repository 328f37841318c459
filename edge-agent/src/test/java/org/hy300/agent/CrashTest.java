// SPDX-License-Identifier: Apache-2.0
package org.hy300.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.hy300.testing.MqttProbe;
import org.hy300.testing.Program;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * An agent in a process of its own, which is killed, or meets faults and conditions of the machine.
 */
@Timeout(300)
class CrashTest extends ProjectorFixture {
  private static final Duration LIMIT = Duration.ofSeconds(60);

  /** A kill may lose this many events. */
  private static final int LOST = 5;

  private static final Pattern SEQ = Pattern.compile("\"seq\":(\\d+)");

  private Program agent;
  private boolean closed;

  @BeforeEach
  void nothingHappensButWhatATestDoes() throws IOException {
    steer("hdmi_source", "none");
  }

  @AfterEach
  void stop() throws Exception {
    agent.close();
  }

  private void start(Map<String, String> environment, String... wrapper) throws IOException {
    agent = AgentProgram.start(broker.address(), directory, environment, List.of(wrapper));
    agent.awaitLine(Pattern.compile("connected to"), LIMIT);
  }

  private void start() throws IOException {
    start(Map.of());
  }

  private void kill() throws Exception {
    agent.signal("KILL");
    agent.awaitExit(LIMIT);
  }

  private long told() {
    return agent.lines().stream().filter(line -> line.contains("limit_switch")).count();
  }

  /** Opens or closes the limit switch, and waits until the agent has seen it. */
  private void toggle() throws IOException {
    long before = told();
    closed = !closed;
    try (FileChannel file =
        FileChannel.open(drivers().resolve("motor/limit_switch"), StandardOpenOption.WRITE)) {
      file.write(ByteBuffer.wrap((closed ? "1" : "0").getBytes(StandardCharsets.UTF_8)));
    }
    await().atMost(LIMIT).pollInterval(Duration.ofMillis(1)).until(() -> told() > before);
  }

  private void awaitPosition(int steps) {
    probe.await(
        ROOT + "/state/motor",
        s -> s.getJsonObject("values").getInteger("hy300_motor_position_steps") == steps);
  }

  /** The identifiers of all events of the agent and its motor, by number. */
  private Map<Long, String> events() {
    Map<Long, String> events = new TreeMap<>();
    for (String topic : List.of(EVENT, ROOT + "/event/agent")) {
      for (MqttProbe.Message message : probe.heard(topic)) {
        JsonObject event = message.json();
        String other = events.put(event.getLong("seq"), event.getString("id"));
        assertThat(other).as("number %s", event.getLong("seq")).isIn(null, event.getString("id"));
      }
    }
    return events;
  }

  /** The number of the newest event in the agent's journal. */
  private long newestOnDisk() throws IOException {
    long newest = 0;
    try (Stream<Path> segments = Files.list(directory.resolve("journal/p1/events"))) {
      for (Path segment : segments.filter(file -> file.toString().endsWith(".journal")).toList()) {
        Matcher seq = SEQ.matcher(Files.readString(segment, StandardCharsets.ISO_8859_1));
        while (seq.find()) {
          newest = Math.max(newest, Long.parseLong(seq.group(1)));
        }
      }
    }
    return newest;
  }

  private void awaitEvents(long newest) {
    await()
        .atMost(LIMIT)
        .until(
            () ->
                List.copyOf(events().keySet())
                    .equals(LongStream.rangeClosed(1, newest).boxed().toList()));
  }

  @Test
  void anAgentKilledInABurstOfEventsGoesOnWithTheNextNumber() throws Exception {
    simulator.close();
    start();
    // The broker gets the first half; the second half is on disk only.
    for (int i = 0; i < 100; i++) {
      toggle();
    }
    // A broker that ends loses what its subscribers do not have yet.
    awaitEvents(101);
    broker.kill();
    for (int i = 0; i < 100; i++) {
      toggle();
    }
    long told = told();
    // Events are reported before they are written, in order; the disk decides how many wait.
    await().atMost(LIMIT).until(() -> newestOnDisk() >= told + 1 - LOST);
    kill();
    broker.start();
    Map<Long, String> before = events();
    probe.close();
    probe = new MqttProbe(broker.address()).subscribe("hy300/v1/#");
    start();
    for (int i = 0; i < 10; i++) {
      toggle();
    }
    // The switch has not changed, and its state is the new agent's first reading.
    JsonObject last =
        probe.await(
            EVENT,
            e ->
                e.getJsonObject("data").getBoolean("closed") == closed
                    && events().size() >= 100 + 10 + 1);
    assertThat(last).isNotNull();
    Map<Long, String> all = new TreeMap<>(before);
    await()
        .atMost(LIMIT)
        .until(
            () -> {
              events().forEach((seq, id) -> assertThat(all.getOrDefault(seq, id)).isEqualTo(id));
              all.putAll(events());
              long newest = all.keySet().stream().max(Long::compare).orElse(0L);
              return all.size() == newest && newest >= told + 1 + 1 + 10 - LOST;
            });
    // All except those that were reported just before the kill.
    assertThat((long) all.size()).isBetween(told + 12 - LOST, told + 12);
    assertThat(new HashMap<>(all).values()).doesNotHaveDuplicates();
  }

  @Test
  void aMessageOfThePipeIsAnEventThatOutlivesTheBroker() throws Exception {
    Path pipe = directory.resolve("pipe");
    // In place of kmsgpipe: a read from a FIFO returns one write() if nothing else waits.
    assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor()).isZero();
    start();
    Files.writeString(pipe, "lamp at 400 h\n");
    probe.await(ROOT + "/event/agent", e -> data(e).equals("{\"text\":\"lamp at 400 h\"}"));
    broker.kill();
    Files.write(pipe, new byte[] {(byte) 0xff, 1});
    agent.awaitLine(Pattern.compile("base64"), LIMIT);
    // Otherwise it would send to a broker that has no subscriber yet.
    agent.signal("STOP");
    broker.start();
    probe.close();
    probe = new MqttProbe(broker.address()).subscribe("hy300/v1/#");
    agent.signal("CONT");
    probe.await(ROOT + "/event/agent", e -> data(e).equals("{\"base64\":\"/wE=\"}"));
    probe.await(
        ROOT + "/state/agent",
        s -> s.getJsonObject("values").getInteger("hy300_agent_pipe_messages_total") == 2);
  }

  private static String data(JsonObject event) {
    return event.getJsonObject("data").encode();
  }

  @Test
  void aCommandThatAKillInterruptsIsAnsweredOnceAndADoneOneIsNotDoneAgain() throws Exception {
    start();
    home();
    probe.publish(MOVE, command("before", "{\"position\":9}"));
    assertThat(terminal(MOVE_REPLY, "before").getString("status")).isEqualTo("done");
    beginMove("cut");
    kill();
    assertThat(statuses(MOVE_REPLY, "cut")).containsExactly("accepted");
    start();
    JsonObject reply = terminal(MOVE_REPLY, "cut");
    assertThat(reply.getString("status")).isEqualTo("failed");
    assertThat(reply.getJsonObject("error").getString("code")).isEqualTo("interrupted");

    probe.publish(ROOT + "/cmd/motor/stop", command("stop", "{}"));
    terminal(ROOT + "/reply/motor/stop", "stop");
    String rest = position();
    // The same commands again get their first results, and nothing moves.
    probe.publish(MOVE, command("cut", "{\"position\":1000}"));
    probe.publish(MOVE, command("before", "{\"position\":9}"));
    await()
        .atMost(LIMIT)
        .untilAsserted(
            () -> {
              assertThat(statuses(MOVE_REPLY, "cut"))
                  .containsExactly("accepted", "failed", "failed");
              assertThat(statuses(MOVE_REPLY, "before"))
                  .containsExactly("accepted", "done", "done");
            });
    agent.signal("TERM");
    agent.awaitExit(LIMIT);
    start();
    probe.publish(MOVE, command("after", "{\"position\":2000}"));
    terminal(MOVE_REPLY, "after");
    assertThat(statuses(MOVE_REPLY, "cut")).containsExactly("accepted", "failed", "failed");
    assertThat(position()).isEqualTo(rest);
  }

  @Test
  void aFullDiskIsSaidOnceAndNothingIsLostWhileTheAgentRuns() throws Exception {
    simulator.close();
    // The kernel refuses to let a file exceed this many blocks of 1024 bytes.
    start(Map.of(), "bash", "-c", "ulimit -S -f 8; exec \"$@\"", "bash");
    for (int i = 0; i < 100; i++) {
      toggle();
    }
    awaitEvents(101);
    assertThat(agent.lines()).filteredOn(line -> line.contains("cannot be written")).hasSize(1);
    // A refused command changes the agent's state, which is then published.
    probe.publish(ROOT + "/cmd/motor/dance", command("dance", "{}"));
    probe.await(
        ROOT + "/state/agent",
        s -> s.getJsonObject("values").getInteger("hy300_agent_journal_errors_total") > 0);

    // Makes room again.
    assertThat(
            new ProcessBuilder("prlimit", "--pid=" + agent.pid(), "--fsize=unlimited")
                .start()
                .waitFor())
        .isZero();
    toggle();
    agent.awaitLine(Pattern.compile("events can be written again"), LIMIT);
    awaitEvents(102);
    kill();
    start();
    awaitEvents(103);
  }

  /** The output of `hy300-agent --status` after its exit status. */
  private String status() throws Exception {
    try (Program asked =
        new Program(
            "status",
            Map.of(),
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-cp",
            System.getProperty("java.class.path"),
            "org.hy300.agent.Main",
            "--status",
            "--device=p1",
            "--run-directory=" + directory.resolve("run"))) {
      return asked.awaitExit(LIMIT) + " " + String.join("\n", asked.lines());
    }
  }

  private void awaitStatus(String pattern) {
    await().atMost(LIMIT).untilAsserted(() -> assertThat(status()).matches(pattern));
  }

  @Test
  void theStatusTellsAHealthyAgentFromOthers() throws Exception {
    start();
    awaitStatus("0 p1: process " + agent.pid() + ", connected to mqtt://.*");
    broker.kill();
    awaitStatus("1 p1: process " + agent.pid() + ", not connected to mqtt://.*");
    broker.start();
    awaitStatus("0 .*");
    agent.signal("STOP");
    Files.setLastModifiedTime(
        directory.resolve("run/p1.json"), FileTime.from(Instant.now().minusSeconds(60)));
    awaitStatus("1 .*no news for \\d+ s");
    agent.signal("CONT");
    awaitStatus("0 .*");
    kill();
    awaitStatus("1 .*has ended unexpectedly");
    start();
    awaitStatus("0 .*");
    agent.signal("TERM");
    agent.awaitExit(LIMIT);
    awaitStatus("3 p1: no agent runs, for there is no .*");
  }

  /** Compiles a library for LD_PRELOAD. */
  private Path library(String name) throws Exception {
    Path library = directory.resolve(name + ".so");
    try (Program gcc =
        new Program(
            "gcc",
            Map.of(),
            "gcc",
            "-shared",
            "-fPIC",
            "-o",
            library.toString(),
            "src/test/c/" + name + ".c")) {
      assertThat(gcc.awaitExit(LIMIT)).as("gcc: %s", gcc.lines()).isZero();
    }
    return library;
  }

  @Test
  void aVideoNodeThatIsBusyFailsTheSnapshot() throws Exception {
    steer("hdmi_source", "1280x720@60");
    start(Map.of("LD_PRELOAD", library("busy_node").toString()));
    probe.await(
        ROOT + "/state/tvcap",
        s -> s.getJsonObject("values").getInteger("hy300_tvcap_signal_detected") == 1);
    JsonObject reply = answer("tvcap/snapshot", "s1", "{}");
    assertThat(reply.getString("status")).isEqualTo("failed");
    assertThat(reply.getJsonObject("error").getString("code")).isEqualTo("busy");
  }

  @Test
  void aClockThatStepsBackAnHourUpsetsNothing() throws Exception {
    Path library = library("step_clock");
    Path offset = directory.resolve("offset");
    step(offset, 0);
    start(Map.of("LD_PRELOAD", library.toString(), "STEP_CLOCK", offset.toString()));
    home();
    beginMove("across");
    step(offset, -3600);
    steer("motor_step_ms", "3");
    // Pending commands end, well before the hour has passed for the second time.
    assertThat(terminal(MOVE_REPLY, "across").getString("status")).isEqualTo("done");
    Instant now = Instant.now().minusSeconds(3600);
    probe.publish(MOVE, command("back", "{\"position\":990}", now.plusSeconds(30)));
    assertThat(terminal(MOVE_REPLY, "back").getString("status")).isEqualTo("done");
    JsonObject event =
        probe.await(EVENT, e -> e.getJsonObject("data").getInteger("position") == 990);
    assertThat(Instant.parse(event.getString("time")))
        .isBetween(now.minusSeconds(5), Instant.now().minusSeconds(3600));
    awaitPosition(990);
    // Again, with no command under way.
    step(offset, -7200);
    Instant later = Instant.now().minusSeconds(7200);
    probe.publish(MOVE, command("again", "{\"position\":980}", later.plusSeconds(30)));
    assertThat(terminal(MOVE_REPLY, "again").getString("status")).isEqualTo("done");
    awaitPosition(980);
    Map<Long, String> events = events();
    awaitEvents(events.size());
    // The keep-alive continues: there was only one session.
    assertThat(agent.lines()).filteredOn(line -> line.contains("connected to")).hasSize(1);
  }

  private static void step(Path offset, long seconds) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.nativeOrder());
    try (FileChannel file =
        FileChannel.open(offset, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      file.write(buffer.putLong(0, seconds));
    }
  }
}
