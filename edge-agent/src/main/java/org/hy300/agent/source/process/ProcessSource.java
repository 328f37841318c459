// SPDX-License-Identifier: Apache-2.0
// Watched processes as a source: state for each watch, events of starts and ends, and samples.
package org.hy300.agent.source.process;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicLong;
import org.hy300.agent.source.Source;
import org.hy300.agent.source.SubsystemListener;
import org.hy300.agent.source.process.ProcessMonitor.Change;
import org.hy300.agent.source.process.ProcessStat.Identity;
import org.hy300.contract.ErrorCode;
import org.hy300.contract.EventName;
import org.hy300.contract.Subsystems;

/** The subsystem {@value #SUBSYSTEM}; it exists while anything is watched. */
public final class ProcessSource implements Source {
  public static final String SUBSYSTEM = Subsystems.PROCESS;

  private static final Logger LOG = System.getLogger(ProcessSource.class.getName());

  private static final long SCAN_MS = 10_000;

  /** A new watch is scanned sooner, so that its percentages are available sooner. */
  private static final long WARM_UP_MS = 1_000;

  private static final int WARM_UP_SCANS = 3;

  /** Samples that may wait for the event loop. */
  private static final int CHANNEL = 64;

  /**
   * A process's sample becomes an event this often; the number of events after a scan is limited.
   */
  private static final long SAMPLE_EVENT_NANOS = 60_000_000_000L;

  private static final int SAMPLE_EVENTS = 2;

  private final Vertx vertx;
  private final Path proc;
  private final List<ProcessWatch> configured;
  private final SubsystemListener listener;
  private final SampleChannel channel;
  private final Map<Identity, Long> told = new HashMap<>();
  private ProcessMonitor monitor;
  private String whyNot = "the agent has not looked at /proc yet; try again";
  private boolean announced;
  private boolean scanning;
  private boolean stopped;
  private int warmUp;

  /**
   * Creates a source with its first watches.
   *
   * @param proc the directory /proc
   * @param samplesDropped counts samples that were dropped because the channel was full
   */
  public ProcessSource(
      Vertx vertx,
      Path proc,
      List<ProcessWatch> configured,
      AtomicLong samplesDropped,
      SubsystemListener listener) {
    this.vertx = vertx;
    this.proc = proc;
    this.configured = configured;
    this.listener = listener;
    channel = new SampleChannel(CHANNEL, samplesDropped);
  }

  @Override
  public void start() {
    blocking(() -> new ProcessMonitor(proc, channel, System::nanoTime))
        .onSuccess(
            opened -> {
              monitor = opened;
              configured.forEach(
                  watch ->
                      add(watch)
                          .onFailure(
                              error ->
                                  LOG.log(
                                      Level.WARNING,
                                      "{0} is not watched: {1}",
                                      watch.toJson(),
                                      error.getMessage())));
              vertx.setPeriodic(SCAN_MS, timer -> scan());
            })
        .onFailure(
            error -> {
              whyNot = "processes cannot be watched: " + error.getMessage();
              LOG.log(Level.WARNING, whyNot);
            });
  }

  @Override
  public void stop() {
    stopped = true;
  }

  /**
   * Watches more processes until the agent ends.
   *
   * @return the list with their first samples; fails with a {@link WatchRefusedException}
   */
  public Future<JsonObject> add(ProcessWatch watch) {
    return change(() -> monitor.add(watch));
  }

  /** Removes a watch; fails with a {@link WatchRefusedException}. */
  public Future<JsonObject> remove(ProcessWatch watch) {
    return change(() -> monitor.remove(watch));
  }

  /** The watches, and the last sample of each process. */
  public Future<JsonObject> list() {
    return monitor == null ? unavailable() : blocking(monitor::list);
  }

  private interface Edit {
    void make() throws IOException, WatchRefusedException;
  }

  private Future<JsonObject> change(Edit edit) {
    if (monitor == null) {
      return unavailable();
    }
    return blocking(
            () -> {
              edit.make();
              return monitor.scan();
            })
        .compose(
            changes -> {
              scanned(changes);
              if (warmUp == 0) {
                vertx.setTimer(WARM_UP_MS, timer -> warmUp());
              }
              warmUp = WARM_UP_SCANS;
              return list();
            });
  }

  private <T> Future<T> unavailable() {
    return Future.failedFuture(new WatchRefusedException(ErrorCode.UNAVAILABLE, whyNot));
  }

  /** Not ordered, so that the drivers' attributes do not wait: /proc may have many processes. */
  private <T> Future<T> blocking(Callable<T> reading) {
    return vertx.executeBlocking(reading, false);
  }

  private void warmUp() {
    scan();
    warmUp--;
    if (warmUp > 0) {
      vertx.setTimer(WARM_UP_MS, timer -> warmUp());
    }
  }

  private void scan() {
    if (scanning || stopped) {
      return;
    }
    scanning = true;
    blocking(() -> monitor.isIdle() ? List.<Change>of() : monitor.scan())
        .onComplete(
            read -> {
              scanning = false;
              if (read.succeeded()) {
                scanned(read.result());
              } else {
                LOG.log(Level.WARNING, "{0} not read: {1}", proc, read.cause().getMessage());
              }
            });
  }

  private void scanned(List<Change> changes) {
    if (stopped) {
      return;
    }
    boolean watched = !monitor.metrics().values().isEmpty();
    if (watched && !announced) {
      listener.appeared(SUBSYSTEM, () -> Future.succeededFuture(monitor.metrics()), () -> false);
    } else if (watched) {
      listener.changed(SUBSYSTEM);
    } else if (announced) {
      listener.vanished(SUBSYSTEM);
    }
    announced = watched;
    changes.forEach(this::tell);
    tell(channel.take());
  }

  private void tell(Change change) {
    JsonArray watches = new JsonArray();
    change.watches().forEach(watch -> watches.add(watch.toJson()));
    listener.happened(
        SUBSYSTEM,
        change.started() ? EventName.PROCESS_STARTED : EventName.PROCESS_EXITED,
        new JsonObject()
            .put("pid", change.process().id().pid())
            .put("process_name", change.process().name())
            .put("watches", watches));
  }

  /** Processes that were not reported for the longest time come first. */
  private void tell(List<ProcessSample> samples) {
    long now = System.nanoTime();
    told.values().removeIf(time -> now - time > 10 * SAMPLE_EVENT_NANOS);
    Comparator<ProcessSample> longestAgo = Comparator.comparingLong(sample -> age(sample, now));
    List<ProcessSample> due = new ArrayList<>();
    for (ProcessSample sample : samples) {
      if (sample.isComplete() && age(sample, now) >= SAMPLE_EVENT_NANOS) {
        due.add(sample);
      }
    }
    due.sort(longestAgo.reversed());
    for (ProcessSample sample : due.subList(0, Math.min(SAMPLE_EVENTS, due.size()))) {
      told.put(sample.id(), now);
      listener.happened(SUBSYSTEM, EventName.PROCESS_SAMPLE, sample.toJson());
    }
  }

  private long age(ProcessSample sample, long now) {
    Long time = told.get(sample.id());
    return time == null ? Long.MAX_VALUE : now - time;
  }
}
