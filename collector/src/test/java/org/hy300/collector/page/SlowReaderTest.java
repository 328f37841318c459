// SPDX-License-Identifier: Apache-2.0
// Readers of the fleet's rows that are too slow, and one that takes nothing at all.
package org.hy300.collector.page;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.hy300.collector.PlayedFleet;
import org.hy300.collector.knowledge.DeviceSettings;
import org.hy300.collector.knowledge.RecentEvents;
import org.hy300.contract.InfoMessage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Rows of 4 KB, more of them than the kernel buffers for a stopped reader. */
@Timeout(300)
class SlowReaderTest {
  private static final int DEVICES = 500;
  private static final int SMALL = 4096;
  private static final long TICK_MS = 20;
  private static final long NEVER_MS = TimeUnit.HOURS.toMillis(1);

  private final Vertx vertx = Vertx.vertx();
  private final PlayedFleet fleet = new PlayedFleet();
  @TempDir private Path directory;

  @BeforeEach
  void fill() {
    Map<String, String> labels = new TreeMap<>();
    for (int i = 0; i < 16; i++) {
      labels.put("label" + i, "x".repeat(250));
    }
    for (int i = 0; i < DEVICES; i++) {
      String name = "d" + i;
      fleet.online(name, name);
      InfoMessage info =
          new InfoMessage(
              name,
              PlayedFleet.TIME,
              "HY300",
              "6.1",
              "1",
              "b",
              labels,
              List.of("motor"),
              new TreeMap<>());
      fleet.message(name + "/info", info.toBuffer().toString(), false);
    }
  }

  @AfterEach
  void close() throws Exception {
    done(vertx.close());
  }

  private static <T> T done(Future<T> step) throws Exception {
    return step.toCompletionStage().toCompletableFuture().get(60, TimeUnit.SECONDS);
  }

  /** Returns the port of a server with only these rows. */
  private int serve(long beatMs) throws Exception {
    FleetStreams streams =
        new FleetStreams(
            vertx,
            fleet.fleet,
            new RecentEvents(missed -> {}),
            new DeviceSettings(vertx, directory),
            () -> true,
            Promise.<Void>promise().future(),
            TICK_MS,
            beatMs);
    HttpServer server =
        vertx
            .createHttpServer()
            .requestHandler(request -> streams.open(request, "reader", () -> true));
    return done(server.listen(0, "127.0.0.1")).actualPort();
  }

  private static Socket reader(int port, int receiveBuffer) throws IOException {
    Socket socket = new Socket();
    // JUnit cannot interrupt a read.
    socket.setSoTimeout(240_000);
    if (receiveBuffer > 0) {
      socket.setReceiveBufferSize(receiveBuffer);
    }
    socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    socket
        .getOutputStream()
        .write("GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
    return socket;
  }

  private void move(int round) {
    for (int i = 0; i < DEVICES; i++) {
      fleet.state("d" + i, "motor", "d" + i, round, "\"hy300_motor_position_steps\":" + round);
    }
  }

  @Test
  void nothingWaitsForASlowReaderButWhatHoldsThen() throws Exception {
    int rounds = 12;
    int port = serve(NEVER_MS);
    long whole = 0;
    long read;
    try (Socket slow = reader(port, SMALL);
        Socket quick = reader(port, 0)) {
      for (int round = 1; round <= rounds; round++) {
        move(round);
        whole = readUntil(quick.getInputStream(), "\"position\":" + round + ",", DEVICES);
      }
      read = readUntil(slow.getInputStream(), "\"position\":" + rounds + ",", DEVICES);
    }
    System.out.printf("slow reader: %,d bytes, one round has %,d%n", read, whole);
    assertThat(whole).isGreaterThan(2_000_000);
    assertThat(read).isLessThan(rounds / 2 * whole);
  }

  @Test
  void aReaderThatTakesNothingForTwoBeatsIsCutOff() throws Exception {
    AtomicInteger round = new AtomicInteger();
    try (Socket stuck = reader(serve(50), SMALL)) {
      // Adds rows until its buffer and the kernel's are full and two beats have passed.
      await()
          .atMost(Duration.ofMinutes(4))
          .pollInterval(Duration.ofMillis(TICK_MS))
          .until(
              () -> {
                move(round.incrementAndGet());
                return isCutOff(stuck);
              });
    }
  }

  /** Writing to a connection that the other side has reset fails; nothing is read here. */
  private static boolean isCutOff(Socket socket) {
    try {
      socket.getOutputStream().write('\n');
      return false;
    } catch (IOException e) {
      return true;
    }
  }

  /** Reads until a text has come this often; returns the number of bytes. */
  private static long readUntil(InputStream in, String text, int times) throws Exception {
    byte[] buffer = new byte[65_536];
    StringBuilder tail = new StringBuilder();
    long bytes = 0;
    int found = 0;
    while (found < times) {
      int count = in.read(buffer);
      assertThat(count).as("the stream goes on").isPositive();
      bytes += count;
      tail.append(new String(buffer, 0, count, StandardCharsets.UTF_8));
      int at;
      int from = 0;
      while ((at = tail.indexOf(text, from)) >= 0) {
        found++;
        from = at + text.length();
      }
      tail.delete(0, Math.max(from, tail.length() - text.length() + 1));
    }
    return bytes;
  }
}
