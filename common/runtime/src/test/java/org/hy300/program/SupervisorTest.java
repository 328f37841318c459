// SPDX-License-Identifier: Apache-2.0
// What systemd would hear, on a socket such as it listens on.
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
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SupervisorTest {
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
    vertx.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
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

  private void hears(String message) {
    await().atMost(Duration.ofSeconds(5)).until(() -> heard().equals(message));
  }

  @Test
  void systemdHearsReadyAliveAndStopping() {
    Supervisor supervisor =
        new Supervisor(Map.of("NOTIFY_SOCKET", path.toString(), "WATCHDOG_USEC", "100000"));
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
    Supervisor supervisor =
        new Supervisor(Map.of("NOTIFY_SOCKET", path.toString(), "WATCHDOG_USEC", "100000"));
    vertx.getOrCreateContext().runOnContext(now -> supervisor.ready(vertx, says::get));
    hears("READY=1\nSTATUS=connecting");
    hears("WATCHDOG=1");
    // The only thing that the loop does from here on is to end.
    vertx.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
    while (!heard().isEmpty()) {
      // What was sent before the end.
    }
    await()
        .during(Duration.ofMillis(300))
        .atMost(Duration.ofSeconds(2))
        .until(() -> heard().isEmpty());
  }

  @Test
  void whereNobodyAsksNothingIsSaid() throws IOException {
    Supervisor supervisor = new Supervisor(Map.of());
    supervisor.ready(vertx, says::get);
    supervisor.stopping();
    assertThat(heard()).isEmpty();
  }
}
