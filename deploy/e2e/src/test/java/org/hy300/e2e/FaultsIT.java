// SPDX-License-Identifier: Apache-2.0
// A fleet over a network in which links, disks, clocks and programs fail, and what is left of it.
package org.hy300.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.vertx.core.Context;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.awaitility.core.ConditionTimeoutException;
import org.hy300.e2e.FaultSchedule.Kind;
import org.hy300.e2e.FaultSchedule.Step;
import org.hy300.mqtt.MqttSession;
import org.hy300.mqtt.Subscription;
import org.hy300.testing.NoListener;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code make test-faults FAULTS_SEED=…} has the same faults at the same times again. */
@Timeout(value = 1, unit = TimeUnit.DAYS)
class FaultsIT {
  private static final int SECONDS = Integer.getInteger("faults.seconds", 240);
  private static final long SEED = Long.getLong("faults.seed", new Random().nextInt(1_000_000));
  private static final int FLEET_SIZE = 4;

  /**
   * Only these are killed: of the others each transition and byte of the whole storm is counted.
   */
  private static final List<String> KILLED_AGENTS = List.of("simulated-1", "simulated-2");

  /** The collector is not killed in the last part, so that what it keeps can grow. */
  private static final double KILLS_PART = 0.6;

  private static final long WARM_UP_MS = 10_000;

  private static final Duration LIMIT = Duration.ofSeconds(100);

  /** What lives on the heap may grow by this: caches of commands and events are filled. */
  private static final double AGENT_GROWTH_BYTES = 1.5e6;

  private static final double COLLECTOR_GROWTH_BYTES = 4e6;

  /**
   * And what is resident by this: the collector's Java takes what it is allowed before it collects,
   * on the heap and as much again outside.
   */
  private static final double AGENT_RSS_GROWTH = 1.25;

  private static final double COLLECTOR_RSS_GROWTH = 2.5;
  private static final int MAX_MORE_FILES = 8;

  /** Those of the pools, which are made when they are needed first. */
  private static final int MAX_MORE_THREADS = 24;

  @TempDir private Path directory;
  private final Heard heard = new Heard();
  private final List<Commander> commanders = new ArrayList<>();
  private final Map<String, Size> sizes = new LinkedHashMap<>();
  private final List<String> problems = new ArrayList<>();
  private FaultyFleet fleet;
  private Vertx vertx;
  private long beginNanos;

  private record Size(long pid, double heap, long rss, long files, long threads) {
    @Override
    public String toString() {
      return "heap %.2f MB, resident %.1f MB, %d files, %d threads"
          .formatted(heap / 1e6, rss / 1e3, files, threads);
    }
  }

  @AfterEach
  void stop() throws Exception {
    commanders.forEach(Thread::interrupt);
    if (vertx != null) {
      vertx.close();
    }
    if (fleet != null) {
      fleet.close();
    }
  }

  @Test
  void everythingIsCountedWhateverBreaks() throws Exception {
    say("seed %d, %d s".formatted(SEED, SECONDS));
    fleet = new FaultyFleet(directory, FLEET_SIZE);
    fleet.awaitOnline();
    vertx = Vertx.vertx();
    MqttSession operator = operator();
    Context context = vertx.getOrCreateContext();
    context.runOnContext(now -> operator.start());
    Map<String, Map<String, Double>> before = new HashMap<>();
    for (String device : fleet.devices()) {
      before.put(device, FaultLedger.source(fleet.hardware(device), device));
      commanders.add(
          new Commander(
              fleet,
              heard,
              (topic, payload) -> context.runOnContext(now -> operator.publish(topic, payload)),
              this::listen,
              device,
              SEED + device.hashCode()));
    }
    beginNanos = System.nanoTime();
    commanders.forEach(Thread::start);
    Map<String, HdmiSource> sources = new HashMap<>();
    for (String device : fleet.devices()) {
      sources.put(device, new HdmiSource(fleet, device, SEED + 1 + device.hashCode()));
    }
    sources.values().forEach(Thread::start);
    for (String device : fleet.devices()) {
      if (!KILLED_AGENTS.contains(device)) {
        sizes.put(device, size(device));
      }
    }
    storm();
    say("the storm is over");
    for (HdmiSource source : sources.values()) {
      source.end();
      source.join();
    }
    commanders.forEach(Commander::end);
    settle(before);
    assertThat(problems).as("seed " + SEED).isEmpty();
  }

  private void say(String text) {
    long seconds = beginNanos == 0 ? 0 : (System.nanoTime() - beginNanos) / 1_000_000_000;
    System.out.printf("faults: %4d s  %s%n", seconds, text);
  }

  private MqttSession operator() {
    return new MqttSession(
        vertx,
        new MqttSession.Options(
            fleet.broker.operator(),
            MqttSession.ID_PREFIX + "operator",
            5,
            List.of(Subscription.of("hy300/v1/fleet/reply/+/+", 1)),
            1000),
        null,
        new NoListener());
  }

  private void listen() {
    heard.take(fleet.broker.heard());
  }

  private void storm() throws Exception {
    List<String> links = fleet.network.machines();
    List<String> clocks = new ArrayList<>(fleet.devices());
    clocks.add(FaultyFleet.COLLECTOR);
    long lastKill = (long) (SECONDS * 1000 * KILLS_PART);
    FaultSchedule schedule =
        new FaultSchedule(
            SEED,
            Map.of(
                Kind.LINK_CUT, links,
                Kind.PACKETS_LOST, links,
                Kind.BROKER_KILLED, List.of(FaultyBroker.MACHINE),
                Kind.DISK_FULL, List.of(FaultyBroker.MACHINE),
                Kind.COLLECTOR_KILLED, List.of(FaultyFleet.COLLECTOR),
                Kind.AGENT_KILLED, KILLED_AGENTS,
                Kind.CLOCK_STEPPED, clocks),
            SECONDS * 1000L,
            lastKill);
    boolean measured = false;
    for (Step step : schedule.steps()) {
      if (step.atMs() > lastKill + WARM_UP_MS && !measured) {
        measured = true;
        sizes.put(FaultyFleet.COLLECTOR, size(FaultyFleet.COLLECTOR));
      }
      long rest = step.atMs() - (System.nanoTime() - beginNanos) / 1_000_000;
      if (rest > 0) {
        Thread.sleep(rest);
      }
      say(step.toString());
      apply(step);
    }
  }

  private void apply(Step step) throws Exception {
    String place = step.place();
    boolean begins = step.begins();
    switch (step.kind()) {
      case LINK_CUT -> {
        if (begins) {
          fleet.network.cut(place);
        } else {
          fleet.network.restore(place);
        }
      }
      case PACKETS_LOST -> {
        if (begins) {
          fleet.network.lose(place);
        } else {
          fleet.network.loseNothing(place);
        }
      }
      case BROKER_KILLED -> {
        if (begins) {
          fleet.broker.kill();
        } else {
          fleet.broker.start();
        }
      }
      case DISK_FULL -> {
        if (begins) {
          fleet.broker.fillDisk();
        } else {
          fleet.broker.freeDisk();
        }
      }
      case COLLECTOR_KILLED -> {
        if (begins) {
          fleet.kill(place);
        } else {
          fleet.startCollector();
        }
      }
      case AGENT_KILLED -> {
        if (begins) {
          fleet.kill(place);
        } else {
          fleet.startAgent(place);
        }
      }
      case CLOCK_STEPPED -> fleet.setClock(place, begins ? step.stepSeconds() : 0);
    }
  }

  /** Waits for what is under way, and does the books. */
  private void settle(Map<String, Map<String, Double>> before) throws Exception {
    long due = System.nanoTime() + LIMIT.toNanos();
    for (Commander commander : commanders) {
      commander.join(Math.max(1, (due - System.nanoTime()) / 1_000_000));
    }
    say("the commands have ended");
    awaitNothing("counters are the same at Prometheus", this::differences);
    say("the counters are compared");
    long seconds = (System.nanoTime() - beginNanos) / 1_000_000_000 + 1;
    problems.addAll(
        FaultLedger.resets(
            fleet.prometheus, seconds, "__name__=~\"hy300_(motor|tvcap|mips)_.*_total\""));
    problems.addAll(
        FaultLedger.resets(
            fleet.prometheus,
            seconds,
            "__name__=~\"hy300_agent_.*_total\",device!~\"%s\""
                .formatted(String.join("|", KILLED_AGENTS))));
    awaitNothing("no event waits", this::waiting);
    for (Map.Entry<String, Size> each : sizes.entrySet()) {
      compare(each.getKey(), each.getValue(), size(each.getKey()));
    }
    fleet.devices().forEach(fleet::stop);
    listen();
    int commands = 0;
    for (Commander commander : commanders) {
      String device = commander.device();
      commands += commander.given().size();
      double executed = FaultLedger.executed(fleet.hardware(device), device);
      problems.addAll(FaultLedger.commands(commander, heard, executed));
      events(device, grown(before, device, "hy300_tvcap_signal_changes_total", ""));
    }
    for (String machine : fleet.runs()) {
      fleet.lines(machine).stream()
          .filter(line -> line.startsWith("ERROR ") || line.contains("Exception"))
          // Said of a machine that has more to do than it can.
          .filter(line -> !line.contains("Thread blocked"))
          .distinct()
          .forEach(line -> problems.add(machine + " logged: " + line));
    }
    say("%d events, %d commands".formatted(heard.events(), commands));
  }

  private interface Question {
    List<String> ask() throws Exception;
  }

  /** What the answer still has when the time is over is a problem. */
  private void awaitNothing(String what, Question question) {
    List<String> last = new ArrayList<>();
    try {
      await(what)
          .atMost(LIMIT)
          .pollInterval(Duration.ofMillis(500))
          .ignoreExceptions()
          .until(
              () -> {
                List<String> now = question.ask();
                last.clear();
                last.addAll(now);
                return now.isEmpty();
              });
    } catch (ConditionTimeoutException e) {
      problems.add("not in " + LIMIT + ": " + what);
      problems.addAll(last);
    }
  }

  private List<String> differences() throws Exception {
    List<String> all = new ArrayList<>();
    for (String device : fleet.devices()) {
      Map<String, Double> source = FaultLedger.source(fleet.hardware(device), device);
      assertThat(source).hasSizeGreaterThan(20);
      all.addAll(FaultLedger.differences(source, FaultLedger.prometheus(fleet.prometheus, device)));
    }
    return all;
  }

  private List<String> waiting() throws Exception {
    return fleet.prometheus.samples("hy300_agent_journal_events > 0").stream()
        .map(Object::toString)
        .toList();
  }

  private double grown(
      Map<String, Map<String, Double>> before, String device, String family, String label)
      throws IOException {
    Map<String, Double> now = FaultLedger.source(fleet.hardware(device), device);
    return now.entrySet().stream()
        .filter(e -> e.getKey().startsWith(family + "{") && e.getKey().contains(label))
        .mapToDouble(e -> e.getValue() - before.get(device).getOrDefault(e.getKey(), 0.0))
        .sum();
  }

  private void events(String device, double signalChanges) throws IOException {
    long last = FaultLedger.lastEvent(fleet, device);
    List<Integer> missing = heard.missing(device, last);
    if (!missing.isEmpty()) {
      problems.add("%s lost events without a word: %s of %d".formatted(device, missing, last));
    }
    if (heard.last(device) > last) {
      problems.add(
          "%s has event %d on its disk, and %d was heard"
              .formatted(device, last, heard.last(device)));
    }
    int told = heard.count(device, "signal_detected") + heard.count(device, "signal_lost");
    say("%s: %.0f changes of the signal, %d told".formatted(device, signalChanges, told));
    if (!KILLED_AGENTS.contains(device) && told + heard.lost(device) != signalChanges) {
      problems.add(
          "%s: the signal came and went %.0f times, %d times told, %d events said to be lost"
              .formatted(device, signalChanges, told, heard.lost(device)));
    }
  }

  private Size size(String machine) throws IOException, InterruptedException {
    long pid = fleet.program(machine).pid();
    double heap = FaultLedger.heapBytes(pid);
    return new Size(
        pid,
        heap,
        FaultLedger.status(pid, "VmRSS"),
        FaultLedger.files(pid),
        FaultLedger.status(pid, "Threads"));
  }

  private void compare(String machine, Size before, Size now) {
    say("%s: %s, then %s".formatted(machine, before, now));
    if (before.pid != now.pid) {
      problems.add(machine + " was started anew by itself");
    }
    boolean agent = fleet.devices().contains(machine);
    if (now.heap > before.heap + (agent ? AGENT_GROWTH_BYTES : COLLECTOR_GROWTH_BYTES)
        || now.rss > before.rss * (agent ? AGENT_RSS_GROWTH : COLLECTOR_RSS_GROWTH)
        || now.files > before.files + MAX_MORE_FILES
        || now.threads > before.threads + MAX_MORE_THREADS) {
      problems.add("%s grew: %s, then %s".formatted(machine, before, now));
    }
  }
}
