// SPDX-License-Identifier: Apache-2.0
// Watches processes: the list of watches, a scan of /proc, and its results.
package org.hy300.agent.source.process;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongSupplier;
import org.hy300.agent.metrics.Metrics;
import org.hy300.agent.metrics.MetricsBuilder;
import org.hy300.agent.source.process.ProcessStat.Identity;
import org.hy300.contract.ErrorCode;

/** Everything here blocks and belongs on a worker thread, except {@link #metrics}. */
final class ProcessMonitor {
  /** Eight series a watch; even with the longest names they fit into a payload of 64 KiB. */
  static final int MAX_WATCHES = 16;

  /** Most processes in the answer to a list. */
  private static final int MAX_LISTED = 64;

  /** In less time, ticks are too coarse for a percentage. */
  private static final long MIN_ELAPSED_NANOS = 200_000_000;

  private final ProcFs proc;
  private final SampleChannel channel;
  private final LongSupplier nanoTime;
  private final Map<ProcessWatch, ProcessGroup> groups = new LinkedHashMap<>();
  private final Map<Identity, Usage> usages = new HashMap<>();
  private volatile Metrics metrics = new Metrics(Map.of(), Map.of());

  /** A watched process that has started or ended, and the watches it belongs to. */
  record Change(ProcessStat process, boolean started, List<ProcessWatch> watches) {}

  /** The reading that the next one is compared with, and the result of the last comparison. */
  private record Usage(ProcessStat base, long nanos, ProcessSample sample) {}

  /**
   * Opens a /proc to watch.
   *
   * @param nanoTime measures the time between two samples
   */
  ProcessMonitor(Path root, SampleChannel channel, LongSupplier nanoTime) throws IOException {
    proc = new ProcFs(root);
    this.channel = channel;
    this.nanoTime = nanoTime;
  }

  /**
   * Adds a watch; adding it again changes nothing.
   *
   * @throws WatchRefusedException for a PID without a process, and when the list is full
   */
  synchronized void add(ProcessWatch watch) throws IOException, WatchRefusedException {
    if (groups.containsKey(watch)) {
      return;
    }
    if (groups.size() >= MAX_WATCHES) {
      throw new WatchRefusedException(
          ErrorCode.LIMIT, MAX_WATCHES + " watches are the most; send process/remove for one");
    }
    Identity only = null;
    if (watch.kind() == ProcessWatch.Kind.PID) {
      Optional<ProcessStat> process = proc.stat(Integer.parseInt(watch.value()));
      if (process.isEmpty()) {
        throw new WatchRefusedException(
            ErrorCode.UNAVAILABLE, "there is no process " + watch.value());
      }
      only = process.get().id();
    }
    groups.put(watch, new ProcessGroup(watch, proc.nowTicks(), only));
  }

  /** Removes a watch. */
  synchronized void remove(ProcessWatch watch) throws WatchRefusedException {
    if (groups.remove(watch) == null) {
      throw new WatchRefusedException(
          ErrorCode.INVALID_ARGUMENT,
          watch.toJson().encode() + " is not watched; process/list shows the watches");
    }
    show();
  }

  synchronized boolean isIdle() {
    return groups.isEmpty();
  }

  /** The series of the last scan. May be called on any thread. */
  Metrics metrics() {
    return metrics;
  }

  /** Reads the watched processes once. A PID's watch ends with its process. */
  synchronized List<Change> scan() throws IOException {
    Map<Identity, ProcessStat> alive = new HashMap<>();
    Map<ProcessGroup, Map<Identity, ProcessStat>> current = new HashMap<>();
    groups.values().forEach(group -> current.put(group, new HashMap<>()));
    for (int pid : candidates()) {
      Optional<ProcessStat> read = proc.stat(pid);
      if (read.isEmpty()) {
        continue;
      }
      ProcessStat process = read.get();
      long nanos = nanoTime.getAsLong();
      alive.put(process.id(), process);
      boolean watched = false;
      for (ProcessGroup group : groups.values()) {
        if (group.includes(process, proc)) {
          current.get(group).put(process.id(), process);
          watched = true;
        }
      }
      if (watched) {
        channel.offer(use(process, nanos).sample());
      }
    }
    List<Change> changes = compare(current, alive.keySet());
    usages.keySet().removeIf(id -> current.values().stream().noneMatch(m -> m.containsKey(id)));
    groups.values().removeIf(ProcessGroup::isOver);
    show();
    return changes;
  }

  private List<Integer> candidates() throws IOException {
    boolean byPid = groups.keySet().stream().allMatch(w -> w.kind() == ProcessWatch.Kind.PID);
    return byPid
        ? groups.keySet().stream().map(watch -> Integer.valueOf(watch.value())).toList()
        : proc.pids();
  }

  private Usage use(ProcessStat now, long nanos) {
    Usage before = usages.get(now.id());
    Double cpu = null;
    Usage base = null;
    if (before != null) {
      long elapsed = nanos - before.nanos;
      if (elapsed < MIN_ELAPSED_NANOS) {
        base = before;
        cpu = before.sample.cpuPercent();
      } else {
        // Threads come and go; the process can have used one processor for each.
        int threads = Math.max(1, Math.max(before.base.threads(), now.threads()));
        double seconds = proc.seconds(now.cpuTicks() - before.base.cpuTicks());
        cpu = ProcessSample.percent(seconds * 1e9 / elapsed, Math.min(proc.cores(), threads));
      }
    }
    long rss = proc.bytes(now.rssPages());
    ProcessSample sample =
        new ProcessSample(
            now.id(),
            now.name(),
            cpu,
            rss,
            now.vmsBytes(),
            ProcessSample.percent((double) rss / proc.memoryBytes(), 1),
            Instant.now());
    Usage usage =
        base == null ? new Usage(now, nanos, sample) : new Usage(base.base, base.nanos, sample);
    usages.put(now.id(), usage);
    return usage;
  }

  /** A process in two watches is reported once. */
  private List<Change> compare(
      Map<ProcessGroup, Map<Identity, ProcessStat>> current, Set<Identity> alive) {
    Map<Identity, Change> changes = new LinkedHashMap<>();
    for (ProcessGroup group : groups.values()) {
      group.update(
          current.get(group),
          alive,
          (process, started) ->
              changes
                  .computeIfAbsent(
                      process.id(), id -> new Change(process, started, new ArrayList<>()))
                  .watches()
                  .add(group.watch()));
    }
    return List.copyOf(changes.values());
  }

  /** The watches and their processes in the last scan. */
  synchronized JsonObject list() {
    JsonArray watches = new JsonArray();
    int left = MAX_LISTED;
    int omitted = 0;
    for (ProcessGroup group : groups.values()) {
      JsonArray processes = new JsonArray();
      for (Identity id : group.members().keySet()) {
        if (left > 0 && usages.containsKey(id)) {
          processes.add(usages.get(id).sample().toJson());
          left--;
        } else {
          omitted++;
        }
      }
      watches.add(group.watch().toJson().put("processes", processes));
    }
    JsonObject list = new JsonObject().put("watches", watches);
    return omitted == 0 ? list : list.put("processes_omitted", omitted);
  }

  /**
   * One set of series for each watch, however many processes it has and however often they start.
   */
  private void show() {
    MetricsBuilder page = new MetricsBuilder();
    if (groups.isEmpty()) {
      metrics = page.build();
      return;
    }
    page.family(
        "hy300_process_cpu_seconds_total",
        "counter",
        "Processor time used since the watch began, in user mode and in the kernel.");
    page.family("hy300_process_resident_memory_bytes", "gauge", "Resident memory.");
    page.family("hy300_process_virtual_memory_bytes", "gauge", "Virtual memory.");
    page.family(
        "hy300_process_cpu_percent",
        "gauge",
        "Processor time used of late, 100 for each processor used, at least 0.01.");
    page.family(
        "hy300_process_memory_percent",
        "gauge",
        "Resident memory as a share of the machine's memory, at least 0.01.");
    page.family("hy300_process_running", "gauge", "Processes that run.");
    page.family(
        "hy300_process_starts_total",
        "counter",
        "Processes that have started since the watch began.");
    page.family(
        "hy300_process_exits_total", "counter", "Processes that have ended since the watch began.");
    groups.values().forEach(group -> show(page, group));
    metrics = page.build();
  }

  private void show(MetricsBuilder page, ProcessGroup group) {
    String kind = group.watch().kind().word();
    String value = group.watch().value();
    List<ProcessSample> samples =
        group.members().keySet().stream()
            .filter(usages::containsKey)
            .map(id -> usages.get(id).sample())
            .toList();
    long rss = samples.stream().mapToLong(ProcessSample::rssBytes).sum();
    long vms = samples.stream().mapToLong(ProcessSample::vmsBytes).sum();
    List<Double> percents =
        samples.stream().filter(ProcessSample::isComplete).map(ProcessSample::cpuPercent).toList();
    page.value("hy300_process_cpu_seconds_total", proc.seconds(group.cpuTicks()), kind, value);
    page.value("hy300_process_resident_memory_bytes", rss, kind, value);
    page.value("hy300_process_virtual_memory_bytes", vms, kind, value);
    if (!percents.isEmpty()) {
      double sum = percents.stream().mapToDouble(Double::doubleValue).sum();
      page.value(
          "hy300_process_cpu_percent", ProcessSample.percent(sum / 100, proc.cores()), kind, value);
    }
    if (!samples.isEmpty()) {
      page.value(
          "hy300_process_memory_percent",
          ProcessSample.percent((double) rss / proc.memoryBytes(), 1),
          kind,
          value);
    }
    page.value("hy300_process_running", group.members().size(), kind, value);
    page.value("hy300_process_starts_total", group.starts(), kind, value);
    page.value("hy300_process_exits_total", group.exits(), kind, value);
  }
}
