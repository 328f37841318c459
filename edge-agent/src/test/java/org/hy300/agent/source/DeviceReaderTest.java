// SPDX-License-Identifier: Apache-2.0
// The log about a device that cannot be opened, and about one that cannot be read.
package org.hy300.agent.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.hy300.testing.LogLines;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(300)
class DeviceReaderTest {
  /** Can be opened, but has nothing at address 0. */
  private static final Path UNREADABLE = Path.of("/proc/self/mem");

  private final Vertx vertx = Vertx.vertx();
  private final AtomicInteger closed = new AtomicInteger();
  private final LogLines said = new LogLines(DeviceReader.class);

  /** Nobody can open a directory for writing, not even root. */
  @TempDir private Path refused;

  @AfterEach
  void end() throws Exception {
    said.close();
    vertx.close().toCompletionStage().toCompletableFuture().get(60, TimeUnit.SECONDS);
  }

  private DeviceReader reader(Path device) {
    return new DeviceReader(
        vertx,
        device,
        16,
        new DeviceReader.Handler() {
          @Override
          public void opened() {}

          @Override
          public void received(byte[] message) {}

          @Override
          public void closed() {
            closed.incrementAndGet();
          }
        });
  }

  /** Waits until the first attempt is over: the reader's thread sleeps before the second. */
  private static void awaitPause(Path device) {
    String name = "read " + device.getFileName();
    await()
        .atMost(Duration.ofSeconds(60))
        .pollInterval(Duration.ofMillis(20))
        .until(
            () ->
                Thread.getAllStackTraces().keySet().stream()
                    .anyMatch(
                        thread ->
                            thread.getName().equals(name)
                                && thread.getState() == Thread.State.TIMED_WAITING));
  }

  /** Both in one test, because each needs five seconds until the second attempt. */
  @Test
  void aRefusalIsToldAtTheSecondTryAndAFailedReadOnceAndAtOnce() {
    String failure = "cannot read " + UNREADABLE + " (Input/output error)";
    String refusal = "cannot open " + refused + " (Is a directory)";
    DeviceReader refusing = reader(refused);
    DeviceReader failing = reader(UNREADABLE);
    refusing.start();
    failing.start();
    try {
      awaitPause(refused);
      awaitPause(UNREADABLE);
      assertThat(said.lines()).containsExactly(failure + "; tried again every 5 s");
      await()
          .atMost(Duration.ofSeconds(60))
          .until(() -> closed.get() >= 2 && said.lines().size() > 1);
      assertThat(said.lines())
          .containsExactly(
              failure + "; tried again every 5 s", refusal + "; tried again every 5 s");
    } finally {
      refusing.stop();
      failing.stop();
    }
  }
}
