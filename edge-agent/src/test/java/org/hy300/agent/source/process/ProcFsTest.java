// SPDX-License-Identifier: Apache-2.0
package org.hy300.agent.source.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.regex.Pattern;
import org.hy300.testing.Program;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ProcFsTest {
  private static final String BEHIND =
      " S 1 1 1 0 -1 4194560 1 2 3 4 30 12 7 8 20 0 3 0 4711 8192 5 18446744073709551615 0\n";

  private static final Duration TEN = Duration.ofSeconds(60);

  @TempDir private Path directory;

  private static ProcessStat parse(String line) {
    return ProcessStat.parse(line.getBytes(StandardCharsets.UTF_8)).orElseThrow();
  }

  @ParameterizedTest
  @ValueSource(strings = {"kodi", "a) b (c", "((", "))", ") R 1 1 1", "", " ", "a\nb", "übér"})
  void theNameMayHoldAnything(String name) {
    ProcessStat stat = parse("42 (" + name + ")" + BEHIND);
    assertThat(stat)
        .isEqualTo(new ProcessStat(new ProcessStat.Identity(42, 4711), name, 'S', 42, 3, 8192, 5));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "42", "42 (a", "42 (a)", "42 (a) S 1 1", "x (a) S", ")("})
  void whatTheKernelDoesNotWriteIsNoProcess(String line) {
    assertThat(ProcessStat.parse(line.getBytes(StandardCharsets.UTF_8))).isEmpty();
    assertThat(
            ProcessStat.parse(
                ("42 (a)" + BEHIND.replace("4711", "x")).getBytes(StandardCharsets.UTF_8)))
        .isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"8,50", "8,1000", "4,100", "4,250"})
  void theClockTickIsTheKernels(int wordBytes, long tick) throws Exception {
    Path file = directory.resolve("auxv");
    Files.write(file, ProcDirectory.auxv(wordBytes, 33, 4096, 6, 16384, 17, tick, 0, 0));
    assertThat(Auxv.read(file)).isEqualTo(new Auxv(tick, 16384));
  }

  @ParameterizedTest
  @CsvSource({
    "49,4096,AT_CLKTCK is 49",
    "1001,4096,AT_CLKTCK is 1001",
    "100,4000,AT_PAGESZ is 4000"
  })
  void aTickOrPageThatIsNotSoundIsNotGuessed(long tick, long page, String reason) throws Exception {
    Path file = directory.resolve("auxv");
    Files.write(file, ProcDirectory.auxv(8, 6, page, 17, tick, 0, 0));
    assertThatThrownBy(() -> Auxv.read(file))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(reason);
    Files.write(file, new byte[0]);
    assertThatThrownBy(() -> Auxv.read(file)).hasMessageContaining("AT_CLKTCK is 0");
  }

  @Test
  void thisMachineTellsTheSameAsItsLibrary() throws Exception {
    Auxv auxv = Auxv.read(Path.of("/proc/self/auxv"));
    try (Program tick = new Program("getconf", Map.of(), "getconf", "CLK_TCK");
        Program page = new Program("getconf", Map.of(), "getconf", "PAGESIZE")) {
      tick.awaitLine(Pattern.compile("^" + auxv.clockTick() + "$"), TEN);
      page.awaitLine(Pattern.compile("^" + auxv.pageSize() + "$"), TEN);
    }
  }

  @Test
  void theAgentFindsItself() throws Exception {
    ProcFs proc = new ProcFs(Path.of("/proc"));
    int self = (int) ProcessHandle.current().pid();
    assertThat(proc.pids()).contains(self);
    ProcessStat stat = proc.stat(self).orElseThrow();
    assertThat(proc.program(stat)).isEqualTo("java");
    assertThat(proc.seconds(stat.cpuTicks())).isPositive();
    assertThat(proc.bytes(stat.rssPages())).isBetween(10L << 20, proc.memoryBytes());
    assertThat(stat.vmsBytes()).isGreaterThan(proc.bytes(stat.rssPages()));
    assertThat(stat.threads()).isGreaterThan(1);
    assertThat(proc.nowTicks()).isGreaterThan(stat.id().startTicks());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "0::/system.slice/kodi.service                     | true",
        "0::/system.slice/kodi.service/worker              | true",
        "8:pids:/x\\n1:name=systemd:/system.slice/kodi.service | true",
        "0::/system.slice/notkodi.service                  | false",
        "0::/system.slice/kodi.service.d                   | false",
        "8:memory:/system.slice/kodi.service               | false",
        "0::/                                              | false"
      })
  void aUnitIsAControlGroup(String cgroup, boolean member) throws Exception {
    ProcDirectory fixture = new ProcDirectory(directory);
    fixture.cgroup = cgroup.replace("\\n", "\n") + "\n";
    fixture.put(42, "kodi", 1, 1);
    ProcFs proc = new ProcFs(directory);
    assertThat(proc.isOfUnit(proc.stat(42).orElseThrow(), "kodi.service")).isEqualTo(member);
  }

  /** A child thread outlives the first one, as after pthread_exit() in main(). */
  @Test
  void aProcessWhoseFirstThreadHasEndedRuns() throws Exception {
    Path source = directory.resolve("leaderless.c");
    Files.writeString(
        source,
        """
        #include <pthread.h>
        #include <unistd.h>
        static void *work(void *x) {
          for (volatile unsigned long i = 0;; i++) if (i % 4096 == 0) usleep(1000);
          return x;
        }
        int main(void) { pthread_t t; pthread_create(&t, 0, work, 0); pthread_exit(0); }
        """);
    Path program = directory.resolve("leaderless");
    Program.run("gcc", "-pthread", "-o", program.toString(), source.toString());
    ProcFs proc = new ProcFs(Path.of("/proc"));
    try (Program leaderless = new Program("leaderless", Map.of(), program.toString())) {
      int pid = (int) leaderless.pid();
      await().atMost(TEN).until(() -> proc.stat(pid).filter(ProcessStat::isLeaderless).isPresent());
      ProcessStat stat = proc.stat(pid).orElseThrow();
      assertThat(stat.isAlive()).isTrue();
      assertThat(stat.vmsBytes()).isPositive();
      assertThat(stat.rssPages()).isPositive();
      assertThat(proc.program(stat)).isEqualTo("leaderless");
      await().atMost(TEN).until(() -> proc.stat(pid).orElseThrow().cpuTicks() > stat.cpuTicks());
    }
  }

  @Test
  void theUnitOfAProcessIsThatOfAThreadThatRuns() throws Exception {
    ProcDirectory fixture = new ProcDirectory(directory);
    fixture.state = 'Z';
    fixture.threads = 2;
    fixture.cgroup = "0::/\n";
    fixture.put(42, "kodi", 1, 1);
    ProcFs proc = new ProcFs(directory);
    assertThat(proc.stat(42)).as("no thread is to be seen").isEmpty();
    ProcDirectory threads = new ProcDirectory(directory.resolve("42/task"));
    threads.state = 'Z';
    threads.threads = 2;
    threads.put(42, "kodi", 1, 1);
    threads.state = 'S';
    threads.cgroup = "0::/system.slice/kodi.service\n";
    threads.put(43, "kodi", 1, 1);
    assertThat(proc.isOfUnit(proc.stat(42).orElseThrow(), "kodi.service")).isTrue();
  }

  @Test
  void aZombieWithoutThreadsHasEnded() throws Exception {
    ProcDirectory fixture = new ProcDirectory(directory);
    fixture.state = 'Z';
    fixture.put(42, "kodi", 1, 1);
    assertThat(new ProcFs(directory).stat(42)).isEmpty();
  }
}
