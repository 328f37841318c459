// SPDX-License-Identifier: Apache-2.0
package org.hy300.agent.source.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.hy300.agent.source.process.ProcessMonitor.Change;
import org.hy300.agent.source.process.ProcessWatch.Kind;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProcessMonitorTest {
  private static final ProcessWatch KODI = new ProcessWatch(Kind.NAME, "kodi");

  @TempDir private Path directory;
  private final AtomicLong dropped = new AtomicLong();
  private final SampleChannel channel = new SampleChannel(4, dropped);
  private ProcDirectory proc;
  private ProcessMonitor monitor;
  private long nanos;

  @BeforeEach
  void open() throws Exception {
    proc = new ProcDirectory(directory);
    monitor = new ProcessMonitor(directory, channel, () -> nanos);
  }

  private List<Change> scanAfter(double seconds) throws Exception {
    nanos += (long) (seconds * 1e9);
    return monitor.scan();
  }

  private double value(String family, String labels) {
    Number value = monitor.metrics().values().get("hy300_process_" + family + "{" + labels + "}");
    return value == null ? Double.NaN : value.doubleValue();
  }

  private double value(String family) {
    return value(family, "name=\"kodi\"");
  }

  private static List<String> told(List<Change> changes) {
    return changes.stream()
        .map(c -> (c.started() ? "started " : "exited ") + c.process().id().pid())
        .sorted()
        .toList();
  }

  @Test
  void theFirstSampleHasNoPercentageOfProcessorTime() throws Exception {
    proc.put(42, "kodi", 1, 5_000);
    monitor.add(KODI);
    assertThat(told(scanAfter(1))).isEmpty();
    assertThat(channel.take()).singleElement().matches(sample -> !sample.isComplete());
    assertThat(value("cpu_percent")).isNaN();
    assertThat(value("resident_memory_bytes")).isEqualTo(4096_000);
    assertThat(value("virtual_memory_bytes")).isEqualTo(8192_000);
    assertThat(value("memory_percent")).isEqualTo(0.4);
    assertThat(value("running")).isEqualTo(1);

    proc.put(42, "kodi", 1, 5_025);
    scanAfter(1);
    assertThat(channel.take())
        .singleElement()
        .satisfies(
            sample ->
                assertThat(sample.toJson().fieldNames())
                    .containsExactlyInAnyOrder(
                        "pid",
                        "process_name",
                        "cpu_percent",
                        "memory_rss_bytes",
                        "memory_vms_bytes",
                        "memory_percent",
                        "timestamp"));
    assertThat(value("cpu_percent")).isEqualTo(25);
    assertThat(value("cpu_seconds_total")).isEqualTo(0.25);
  }

  @ParameterizedTest
  @CsvSource({
    "1,   0, 0.01", // idle
    "1,  50, 50",
    "1, 104, 100", // more ticks than one thread can use
    "2, 200, 200", // two processors
    "9, 300, 200", // more than the machine has
  })
  void percentagesStayWithinTheirBounds(int threads, long ticks, double percent) throws Exception {
    proc.threads = threads;
    proc.put(42, "kodi", 1, 0);
    monitor.add(KODI);
    scanAfter(1);
    proc.put(42, "kodi", 1, ticks);
    scanAfter(1);
    assertThat(value("cpu_percent")).isEqualTo(percent);
  }

  @Test
  void memoryIsWithinItsBoundsToo() throws Exception {
    proc.rssPages = 0;
    proc.put(42, "kodi", 1, 0);
    monitor.add(KODI);
    scanAfter(1);
    assertThat(value("memory_percent")).isEqualTo(0.01);
  }

  @Test
  void twoScansAtOnceKeepThePercentageOfTheFirst() throws Exception {
    proc.put(42, "kodi", 1, 0);
    monitor.add(KODI);
    scanAfter(1);
    proc.put(42, "kodi", 1, 30);
    scanAfter(1);
    proc.put(42, "kodi", 1, 31);
    scanAfter(0.001);
    assertThat(value("cpu_percent")).isEqualTo(30);
    proc.put(42, "kodi", 1, 40);
    scanAfter(0.999);
    assertThat(value("cpu_percent")).isEqualTo(10);
    assertThat(value("cpu_seconds_total")).isEqualTo(0.4);
  }

  @Test
  void whatAProcessHasUsedStaysCountedWhenItEnds() throws Exception {
    proc.put(42, "kodi", 1, 700);
    monitor.add(KODI);
    scanAfter(1);
    proc.put(42, "kodi", 1, 800);
    scanAfter(10);
    proc.remove(42);
    assertThat(told(scanAfter(10))).containsExactly("exited 42");
    assertThat(value("cpu_seconds_total")).isEqualTo(1);
    assertThat(value("running")).isZero();
    assertThat(value("resident_memory_bytes")).isZero();
    assertThat(value("cpu_percent")).isNaN();
    // Started after the watch: all its processor time is counted.
    proc.put(43, "kodi", 2_000, 50);
    assertThat(told(scanAfter(10))).containsExactly("started 43");
    assertThat(value("cpu_seconds_total")).isEqualTo(1.5);
    assertThat(value("starts_total")).isEqualTo(1);
    assertThat(value("exits_total")).isEqualTo(1);
  }

  @Test
  void aPidUsedAgainIsAnotherProcess() throws Exception {
    ProcessWatch byPid = new ProcessWatch(Kind.PID, "42");
    proc.put(42, "kodi", 1, 700);
    monitor.add(KODI);
    monitor.add(byPid);
    scanAfter(1);
    proc.put(42, "kodi", 2_000, 10);
    List<Change> changes = scanAfter(10);
    assertThat(told(changes)).containsExactly("exited 42", "started 42");
    assertThat(changes)
        .filteredOn(change -> !change.started())
        .singleElement()
        .satisfies(change -> assertThat(change.watches()).containsExactly(KODI, byPid));
    assertThat(value("cpu_seconds_total")).isEqualTo(0.1);
    assertThat(value("cpu_percent")).isNaN();
    // The watch of the PID ended with its process and does not match the new one.
    assertThat(value("running", "pid=\"42\"")).isNaN();
    assertThatThrownBy(() -> monitor.remove(byPid)).hasMessageContaining("is not watched");
  }

  @Test
  void aZombieHasEnded() throws Exception {
    proc.put(42, "kodi", 1, 700);
    monitor.add(KODI);
    scanAfter(1);
    proc.state = 'Z';
    proc.put(42, "kodi", 1, 700);
    assertThat(told(scanAfter(1))).containsExactly("exited 42");
  }

  @Test
  void aProcessMayDieBetweenAnyTwoReads() throws Exception {
    proc.cgroup = "0::/system.slice/kodi.service\n";
    ProcessWatch unit = new ProcessWatch(Kind.UNIT, "kodi");
    for (String lost : new String[] {"stat", "cmdline", "cgroup"}) {
      monitor.add(unit);
      proc.put(42, "kodi", 1, 700);
      proc.put(43, "kodi", 1, 700);
      scanAfter(1);
      assertThat(value("running", "unit=\"kodi.service\"")).isEqualTo(2);
      proc.lose(43, lost);
      scanAfter(1);
      assertThat(value("running", "unit=\"kodi.service\""))
          .isEqualTo(lost.equals("cmdline") ? 2 : 1);
      proc.remove(42);
      proc.remove(43);
      scanAfter(1);
      monitor.remove(unit);
    }
  }

  @Test
  void aProcessThatTakesAnotherNameLeavesAndHasNotEnded() throws Exception {
    proc.put(42, "kodi", 1, 700);
    monitor.add(KODI);
    scanAfter(1);
    proc.put(42, "mpv", 1, 800);
    assertThat(scanAfter(1)).isEmpty();
    assertThat(value("running")).isZero();
    assertThat(value("exits_total")).isZero();
  }

  @Test
  void aNameThatTheKernelCutsOffIsComparedWhole() throws Exception {
    proc.put(42, "projector-player", 1, 0);
    proc.put(43, "projector-playlist", 1, 0);
    monitor.add(new ProcessWatch(Kind.NAME, "projector-player"));
    scanAfter(1);
    assertThat(value("running", "name=\"projector-player\"")).isEqualTo(1);
  }

  @Test
  void aFullChannelDropsTheNewestAndCounts() throws Exception {
    monitor.add(KODI);
    for (int pid = 1; pid <= 3; pid++) {
      proc.put(pid, "kodi", 1, 0);
    }
    scanAfter(1);
    scanAfter(1);
    assertThat(dropped).hasValue(2);
    // Three of the first scan and one of the second.
    assertThat(channel.take()).filteredOn(sample -> !sample.isComplete()).hasSize(3);
    assertThat(value("running")).isEqualTo(3);
    scanAfter(1);
    assertThat(channel.take()).hasSize(3);
  }

  @Test
  void theListIsBoundedAndToldWhole() throws Exception {
    assertThatThrownBy(() -> monitor.add(new ProcessWatch(Kind.PID, "42")))
        .isInstanceOf(WatchRefusedException.class)
        .hasMessage("there is no process 42");
    for (int i = 0; i < ProcessMonitor.MAX_WATCHES; i++) {
      monitor.add(new ProcessWatch(Kind.NAME, "p" + i));
      monitor.add(new ProcessWatch(Kind.NAME, "p" + i));
    }
    assertThatThrownBy(() -> monitor.add(KODI))
        .isInstanceOf(WatchRefusedException.class)
        .hasMessageContaining("16 watches are the most");
    proc.put(42, "p0", 1, 0);
    scanAfter(1);
    assertThat(monitor.list().getJsonArray("watches")).hasSize(16);
    assertThat(monitor.list().getJsonArray("watches").getJsonObject(0).encode())
        .startsWith("{\"name\":\"p0\",\"processes\":[{\"pid\":42,\"process_name\":\"p0\",");
    for (int pid = 100; pid < 200; pid++) {
      proc.put(pid, "p1", 1, 0);
    }
    scanAfter(1);
    assertThat(monitor.list().getInteger("processes_omitted")).isEqualTo(37);
  }

  @Test
  void labelsAreEscaped() throws Exception {
    proc.put(42, "a\"\\b", 1, 0);
    monitor.add(new ProcessWatch(Kind.NAME, "a\"\\b"));
    scanAfter(1);
    assertThat(value("running", "name=\"a\\\"\\\\b\"")).isEqualTo(1);
  }
}
