// SPDX-License-Identifier: Apache-2.0
// Tests the epoll watcher with notifications of this machine's kernel.
package org.hy300.agent.attribute;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.hy300.testing.Program;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Reading {@code /proc/sys/kernel/hostname}: a new host name in any namespace wakes poll() as an
 * attribute does, with POLLPRI | POLLERR. Any user may create a namespace and name its host, so the
 * test needs no rights and changes nothing. Others on the machine may cause additional wake-ups.
 */
@Tag("native")
@Timeout(300)
class EpollWatcherTest extends WatcherFixture {
  private static final Path HOST_NAME = Path.of("/proc/sys/kernel/hostname");

  /** A busy loop wakes some hundred thousand times a second. */
  private static final int FEW = 100;

  @BeforeEach
  void waitWithEpoll() throws Exception {
    watcher = onLoop(() -> new EpollWatcher(vertx));
  }

  /** Triggers a notification of the kernel. */
  private static void nameAHost() throws Exception {
    try (Program named =
        new Program("unshare", Map.of(), "unshare", "-r", "-u", "hostname", "elsewhere")) {
      assertThat(named.awaitExit(Duration.ofSeconds(60)))
          .as("a user namespace, which containers may forbid: %s", named.lines())
          .isZero();
    }
  }

  @Test
  void theKernelWakesItOnceForEachNotification() throws Exception {
    watch(HOST_NAME);
    String name = Files.readString(HOST_NAME).strip();
    assertThat(readings).containsExactly(name);
    // The registration is complete once the loop has run.
    onLoop(() -> null);
    for (int i = 2; i <= 5; i++) {
      nameAHost();
      awaitReadings(i);
    }
    assertThat(readings).hasSizeLessThan(FEW).containsOnly(name);
  }

  @Test
  void aClosedWatchIsSilent() throws Exception {
    AttributeWatcher.Watch watch = watch(HOST_NAME);
    onLoop(
        () -> {
          watch.close();
          return null;
        });
    List<String> others = new CopyOnWriteArrayList<>();
    watch(HOST_NAME, others);
    onLoop(() -> null);
    nameAHost();
    await().atMost(Duration.ofSeconds(60)).until(() -> others.size() >= 2);
    // Only its own first reading; the other's wake-up did not reach it.
    assertThat(readings).hasSize(1);
  }

  @Test
  void aFileThatCannotBeWaitedForSaysSo(@TempDir Path directory) throws Exception {
    watch(Files.writeString(directory.resolve("plain"), "0\n"));
    awaitReadings(2);
    assertThat(readings.get(0)).isEqualTo("0");
    assertThat(readings.get(1)).contains("cannot be waited for");
  }
}
