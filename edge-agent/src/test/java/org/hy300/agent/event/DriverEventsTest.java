// SPDX-License-Identifier: Apache-2.0
// Events from readings and from the bridge's history, and the switch between the two.
package org.hy300.agent.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.hy300.agent.Agent;
import org.hy300.agent.metrics.AgentMetrics;
import org.hy300.agent.source.Subsystem;
import org.hy300.agent.source.SysfsSource;
import org.hy300.journal.Journal;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The events are read from the journal; no broker consumes them. */
@Timeout(300)
class DriverEventsTest {
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final Instant THEN = Instant.parse("2026-11-21T04:00:00.123Z");

  @TempDir private Path directory;
  private Vertx vertx;
  private Context context;
  private EventLog events;
  private DriverEvents drivers;
  private SysfsSource source;
  private volatile Subsystem seen;

  private final class Forwarder implements SysfsSource.Listener {
    @Override
    public void appeared(Subsystem subsystem) {
      drivers.appeared(subsystem);
      seen = subsystem;
    }

    @Override
    public void woken(Subsystem subsystem, String attribute, String now) {
      drivers.woken(subsystem, attribute, now);
    }

    @Override
    public void vanished(Subsystem subsystem) {
      drivers.vanished(subsystem);
    }
  }

  @BeforeEach
  void start() throws Exception {
    vertx = Agent.vertx();
    context = vertx.getOrCreateContext();
    AgentMetrics own = new AgentMetrics(() -> 0, () -> 0);
    events = new EventLog(vertx, journal(), "session", own);
    Files.createDirectories(directory.resolve("class/motor"));
    for (String attribute : List.of("fault", "homed", "limit_switch", "moving", "position")) {
      write(attribute, attribute.equals("fault") ? "none" : "0");
    }
    source = new SysfsSource(vertx, directory.resolve("class"), own, new Forwarder());
    drivers = new DriverEvents(events, source::reread);
    onLoop(source::start);
    await().atMost(LIMIT).until(() -> seen != null);
  }

  @AfterEach
  void stop() throws Exception {
    if (vertx != null) {
      journalled();
    }
  }

  private Journal journal() throws IOException {
    return new Journal(directory.resolve("events"), 1 << 20, () -> {});
  }

  private void write(String attribute, String text) throws IOException {
    Files.writeString(directory.resolve("class/motor").resolve(attribute), text + "\n");
  }

  /** Writes an attribute and waits until the source has read it. */
  private void change(String attribute, String text) throws Exception {
    write(attribute, text);
    await().atMost(LIMIT).until(() -> text.equals(state(attribute)));
  }

  private String state(String attribute) throws Exception {
    String[] state = new String[1];
    onLoop(() -> state[0] = seen.state(attribute));
    return state[0];
  }

  private void onLoop(Runnable step) throws Exception {
    Future.<Void>future(
            done ->
                context.runOnContext(
                    now -> {
                      step.run();
                      done.complete();
                    }))
        .toCompletionStage()
        .toCompletableFuture()
        .get(60, TimeUnit.SECONDS);
  }

  private void transition(String attribute, String now) throws Exception {
    onLoop(() -> drivers.transition("motor", attribute, now, THEN));
  }

  /**
   * Ends everything and returns the events: {@code motor limit_switch}, data, and whether at THEN.
   */
  private List<String> journalled() throws Exception {
    onLoop(source::stop);
    Future.<Void>future(done -> context.runOnContext(now -> events.close().onComplete(done)))
        .compose(closed -> vertx.close())
        .toCompletionStage()
        .toCompletableFuture()
        .get(60, TimeUnit.SECONDS);
    vertx = null;
    List<String> told = new ArrayList<>();
    Journal written = journal();
    for (Journal.Entry entry : written.read(100)) {
      String[] lines = entry.data().toString().split("\n", 2);
      JsonObject event = new JsonObject(lines[1]);
      told.add(
          lines[0]
              + " "
              + event.getString("event")
              + " "
              + event.getJsonObject("data").encode()
              + (Instant.parse(event.getString("time")).equals(THEN) ? " then" : ""));
    }
    written.close();
    return told;
  }

  private static String limit(boolean closed, int position) {
    return "motor limit_switch {\"closed\":%s,\"position\":%d}".formatted(closed, position);
  }

  @Test
  void readingsMakeEventsWhereThereIsNoBridge() throws Exception {
    change("position", "7");
    change("limit_switch", "1");
    change("fault", "step_error");
    assertThat(journalled())
        .containsExactly(limit(true, 7), "motor fault {\"fault\":\"step_error\",\"position\":7}");
  }

  @Test
  void whatTheBridgeTellsIsNotToldByReadingsAsWell() throws Exception {
    onLoop(drivers::began);
    change("position", "7");
    change("limit_switch", "1");
    transition("position", "7");
    transition("limit_switch", "1");
    transition("limit_switch", "0");
    transition("limit_switch", "1");
    onLoop(drivers::ended);
    assertThat(journalled())
        .containsExactly(
            limit(true, 7) + " then", limit(false, 7) + " then", limit(true, 7) + " then");
  }

  @Test
  void aChangeBetweenHelloAndItsAnswerIsToldOnce() throws Exception {
    change("limit_switch", "1");
    onLoop(drivers::began);
    transition("limit_switch", "1");
    assertThat(journalled()).containsExactly(limit(true, 0));
  }

  @Test
  void aChangeThatTheFirstReadingHasSeenIsToldByTheBridge() throws Exception {
    onLoop(drivers::began);
    // The driver was bound again; its switch opened while the attributes were opened.
    transition("limit_switch", "0");
    assertThat(journalled()).containsExactly(limit(false, 0) + " then");
  }

  @Test
  void lostTransitionsAreCountedAndTheirEndIsRead() throws Exception {
    onLoop(drivers::began);
    change("limit_switch", "1");
    change("position", "9");
    onLoop(() -> drivers.lost(2));
    transition("position", "10");
    transition("limit_switch", "0");
    assertThat(journalled())
        .containsExactly(
            "agent gap {\"lost\":2,\"of\":\"transitions\"}",
            limit(true, 9),
            limit(false, 10) + " then");
  }

  @Test
  void whatABridgeThatEndedHasKeptToItselfIsRead() throws Exception {
    onLoop(drivers::began);
    change("limit_switch", "1");
    onLoop(drivers::ended);
    change("limit_switch", "0");
    assertThat(journalled()).containsExactly(limit(true, 0), limit(false, 0));
  }
}
