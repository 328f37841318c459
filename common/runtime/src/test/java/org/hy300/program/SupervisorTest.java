// SPDX-License-Identifier: Apache-2.0
// The messages to systemd, received on a socket like its own.
package org.hy300.program;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netty.channel.epoll.Epoll;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.channel.unix.Errors.NativeIoException;
import io.netty.channel.unix.Socket;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SupervisorTest {
  private static final Duration LIMIT = Duration.ofSeconds(60);

  private final Vertx vertx = Vertx.vertx();
  private final AtomicReference<String> says = new AtomicReference<>("connecting");
  @TempDir private Path directory;
  private Path path;
  private Socket systemd;

  @BeforeEach
  void listen() throws IOException {
    Epoll.ensureAvailability();
    path = directory.resolve("notify");
    systemd = Socket.newSocketDomainDgram();
    systemd.bind(new DomainSocketAddress(path.toString()));
  }

  @AfterEach
  void close() throws Exception {
    systemd.close();
    vertx.close().toCompletionStage().toCompletableFuture().get(60, TimeUnit.SECONDS);
  }

  private String heard() throws IOException {
    ByteBuffer buffer = ByteBuffer.allocateDirect(1000);
    try {
      int length = systemd.recvFromDomainSocket(buffer, 0, buffer.capacity()).receivedAmount();
      byte[] bytes = new byte[length];
      buffer.get(0, bytes);
      return new String(bytes, StandardCharsets.UTF_8);
    } catch (NativeIoException | NullPointerException nothingYet) {
      return "";
    }
  }

  /** All pending messages; the socket's queue has room for only ten. */
  private List<String> allHeard() throws IOException {
    List<String> all = new ArrayList<>();
    for (String message = heard(); !message.isEmpty(); message = heard()) {
      all.add(message);
    }
    return all;
  }

  private void hears(String message) {
    await().atMost(LIMIT).until(() -> allHeard().contains(message));
  }

  private Supervisor supervisor() {
    return new Supervisor(Map.of("NOTIFY_SOCKET", path.toString(), "WATCHDOG_USEC", "1000000"));
  }

  @Test
  void systemdHearsReadyAliveAndStopping() {
    Supervisor supervisor = supervisor();
    supervisor.ready(vertx, says::get);
    hears("READY=1\nSTATUS=connecting");
    hears("WATCHDOG=1");
    says.set("connected");
    hears("WATCHDOG=1\nSTATUS=connected");
    supervisor.stopping();
    hears("STOPPING=1");
  }

  @Test
  void aLoopThatHangsIsNotCalledAlive() throws Exception {
    Supervisor supervisor = supervisor();
    vertx.getOrCreateContext().runOnContext(now -> supervisor.ready(vertx, says::get));
    hears("READY=1\nSTATUS=connecting");
    hears("WATCHDOG=1");
    // From here on the loop only ends.
    vertx.close().toCompletionStage().toCompletableFuture().get(60, TimeUnit.SECONDS);
    // Discards messages from before the end.
    allHeard();
    // Another loop's messages differ each time, so repeated ones come from the first loop.
    Vertx other = Vertx.vertx();
    try {
      AtomicInteger times = new AtomicInteger();
      supervisor().ready(other, () -> "time " + times.incrementAndGet());
      List<String> since = new ArrayList<>();
      await()
          .atMost(LIMIT)
          .until(
              () -> {
                since.addAll(allHeard());
                return since.size() >= 4;
              });
      assertThat(since).allMatch(message -> message.contains("STATUS=time "));
    } finally {
      other.close().toCompletionStage().toCompletableFuture().get(60, TimeUnit.SECONDS);
    }
  }

  @Test
  void whereNobodyAsksNothingIsSaid() throws IOException {
    Supervisor supervisor = new Supervisor(Map.of());
    supervisor.ready(vertx, says::get);
    supervisor.stopping();
    assertThat(heard()).isEmpty();
  }
}
