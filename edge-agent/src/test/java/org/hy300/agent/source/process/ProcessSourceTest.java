// SPDX-License-Identifier: Apache-2.0
package org.hy300.agent.source.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.hy300.agent.metrics.Metrics;
import org.hy300.agent.source.SubsystemListener;
import org.hy300.contract.EventName;
import org.hy300.testing.Program;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Real processes of this machine. */
@Timeout(300)
class ProcessSourceTest {
  /** A share of a processor. How much a program gets depends on the load of the machine. */
  private static final double MORE_THAN_IDLE = 0.02;

  @TempDir private Path directory;
  private final Vertx vertx = Vertx.vertx();
  private final Context context = vertx.getOrCreateContext();
  private final Recorder recorder = new Recorder();
  private final AtomicLong dropped = new AtomicLong();

  /** Records all calls. */
  private static final class Recorder implements SubsystemListener {
    private final List<JsonObject> events = new CopyOnWriteArrayList<>();
    private volatile Supplier<Future<Metrics>> reader;

    @Override
    public void appeared(
        String subsystem, Supplier<Future<Metrics>> stateReader, BooleanSupplier busy) {
      assertThat(subsystem).isEqualTo("process");
      reader = stateReader;
    }

    @Override
    public void changed(String subsystem) {}

    @Override
    public void vanished(String subsystem) {
      reader = null;
    }

    @Override
    public void happened(String subsystem, EventName event, JsonObject data) {
      events.add(data.copy().put("event", event.word()));
    }

    List<JsonObject> events(String event, long pid) {
      return events.stream()
          .filter(e -> e.getString("event").equals(event) && e.getLong("pid") == pid)
          .toList();
    }

    double value(String series) {
      return reader == null
          ? Double.NaN
          : reader.get().result().values().getOrDefault(series, Double.NaN).doubleValue();
    }
  }

  @AfterEach
  void close() throws Exception {
    vertx.close().toCompletionStage().toCompletableFuture().get(60, TimeUnit.SECONDS);
  }

  /** Calls the source on the event loop, as the agent does, and waits for the result. */
  private <T> T on(Supplier<Future<T>> call) throws Exception {
    Promise<T> done = Promise.promise();
    context.runOnContext(now -> call.get().onComplete(done));
    return done.future().toCompletionStage().toCompletableFuture().get(60, TimeUnit.SECONDS);
  }

  private ProcessSource start(Path proc, List<ProcessWatch> configured) {
    ProcessSource source = new ProcessSource(vertx, proc, configured, dropped, recorder);
    context.runOnContext(now -> source.start());
    return source;
  }

  private ProcessSource start(List<ProcessWatch> configured) {
    ProcessSource source = start(Path.of("/proc"), configured);
    await()
        .atMost(Duration.ofSeconds(60))
        .until(() -> on(() -> source.list().map(true).otherwise(false)));
    return source;
  }

  private Program child(String name, String program, String... arguments) throws Exception {
    Path executable = directory.resolve(name);
    Files.copy(Path.of(program).toRealPath(), executable);
    String[] command = new String[arguments.length + 1];
    command[0] = executable.toString();
    System.arraycopy(arguments, 0, command, 1, arguments.length);
    return new Program(name, Map.of(), command);
  }

  @Test
  void aChildThatBurnsProcessorTimeIsSeenSampledAndMissed() throws Exception {
    String name = "a) b (c";
    ProcessWatch watch = ProcessWatch.parse("name=" + name);
    ProcessSource source = start(List.of());
    on(() -> source.add(watch));
    try (Program burner = child(name, "/bin/sh", "-c", "while :; do :; done")) {
      String series = "hy300_process_cpu_seconds_total{name=\"" + name + "\"}";
      await().atMost(Duration.ofSeconds(60)).until(() -> recorder.value(series) > 0.3);
      // On a busy machine, the first sample, which has no percentage, comes this late.
      String percent = "hy300_process_cpu_percent{name=\"" + name + "\"}";
      await().atMost(Duration.ofSeconds(60)).until(() -> recorder.value(percent) > 0);
      assertThat(recorder.value(percent)).isBetween(MORE_THAN_IDLE, 100.0);
      assertThat(recorder.events("process_started", burner.pid())).hasSize(1);
      await()
          .atMost(Duration.ofSeconds(60))
          .until(() -> !recorder.events("process_sample", burner.pid()).isEmpty());
      JsonObject sample = recorder.events("process_sample", burner.pid()).get(0);
      assertThat(sample.getString("process_name")).isEqualTo(name);
      assertThat(sample.getDouble("cpu_percent")).isBetween(MORE_THAN_IDLE, 100.0);
      assertThat(sample.getLong("memory_rss_bytes")).isBetween(100_000L, 100_000_000L);
      assertThat(sample.getLong("memory_vms_bytes")).isPositive();

      burner.signal("KILL");
      burner.awaitExit(Duration.ofSeconds(60));
      on(() -> source.add(watch));
      assertThat(recorder.events("process_exited", burner.pid())).hasSize(1);
      assertThat(recorder.value("hy300_process_running{name=\"" + name + "\"}")).isZero();
      // However often it is scanned, a process is reported once a minute.
      assertThat(recorder.events("process_sample", burner.pid())).hasSize(1);
    }
    on(() -> source.remove(watch));
    assertThat(recorder.reader).isNull();
  }

  @Test
  void anIdleChildWithALongNameShowsTheLeast() throws Exception {
    String name = "a-program-with-a-long-name";
    try (Program idle = child(name, "/bin/sleep", "100")) {
      // A process that starts in the watch's first tick counts as started with it, and its start
      // uses processor time.
      ProcFs proc = new ProcFs(Path.of("/proc"));
      long began = proc.stat((int) idle.pid()).orElseThrow().id().startTicks();
      await()
          .atMost(Duration.ofSeconds(60))
          .pollInterval(Duration.ofMillis(1))
          .until(
              () ->
                  proc.nowTicks() > began
                      && proc.stat((int) idle.pid()).orElseThrow().state() == 'S');
      ProcessSource source = start(List.of(ProcessWatch.parse("name=" + name)));
      String series = "hy300_process_cpu_percent{name=\"" + name + "\"}";
      await().atMost(Duration.ofSeconds(60)).until(() -> recorder.value(series) > 0);
      assertThat(recorder.value(series)).isEqualTo(0.01);
      assertThat(recorder.events("process_started", idle.pid())).isEmpty();
      JsonObject list = on(source::list);
      assertThat(list.encode()).contains("\"process_name\":\"a-program-with-\"");
    }
  }

  @Test
  void withoutASoundClockTickNothingIsWatchedAndTheCommandsSayWhy() throws Exception {
    new ProcDirectory(directory.resolve("proc"));
    Files.write(directory.resolve("proc/self/auxv"), ProcDirectory.auxv(8, 6, 4096, 17, 7, 0, 0));
    ProcessSource source = start(directory.resolve("proc"), List.of());
    await()
        .atMost(Duration.ofSeconds(60))
        .until(
            () ->
                on(() -> source.list().map("listed").otherwise(Throwable::getMessage))
                    .contains("AT_CLKTCK is 7, and only 50 to 1000 is accepted"));
  }
}
