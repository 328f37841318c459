// SPDX-License-Identifier: Apache-2.0
package org.hy300.collector.push;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.DoubleStream;
import org.hy300.testing.FreePort;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A receiver that answers as a server in trouble: what is lost then, and what is not. */
@Timeout(300)
class PusherTest {
  private static final Duration LIMIT = Duration.ofSeconds(60);

  /** What it answers; 0 for closing the connection without an answer. */
  private final AtomicInteger status = new AtomicInteger(204);

  private final List<Double> taken = new CopyOnWriteArrayList<>();
  private final AtomicInteger requests = new AtomicInteger();

  /** Samples of all requests, whatever the answer was. */
  private final AtomicInteger heard = new AtomicInteger();

  private final List<String> authorizations = new CopyOnWriteArrayList<>();
  private HttpServer server;

  private void listen(int port) throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
    server.createContext("/api/v1/write", this::answer);
    server.start();
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      byte[] body = exchange.getRequestBody().readAllBytes();
      String authorization = exchange.getRequestHeaders().getFirst("Authorization");
      if (authorization != null) {
        authorizations.add(authorization);
      }
      assertThat(exchange.getRequestHeaders().getFirst("Content-Encoding")).isEqualTo("snappy");
      assertThat(exchange.getRequestHeaders().getFirst("X-Prometheus-Remote-Write-Version"))
          .isEqualTo("0.1.0");
      int now = status.get();
      List<Sample> samples = Sample.of(body);
      heard.addAndGet(samples.size());
      if (now == 204) {
        samples.forEach(sample -> taken.add(sample.value()));
      }
      if (now > 0) {
        exchange.sendResponseHeaders(now, -1);
      }
      requests.incrementAndGet();
    }
  }

  @AfterEach
  void close() {
    if (server != null) {
      server.stop(0);
    }
  }

  private PushConfig config() {
    return config(server.getAddress().getPort(), Optional.empty());
  }

  private static PushConfig config(int port, Optional<Path> headers) {
    return new PushConfig(
        URI.create("http://127.0.0.1:" + port + "/api/v1/write"), headers, PushConfig.SKEW_SECONDS);
  }

  /** Values that count on, and each of its own time. */
  private static void states(PushedFleet fleet, int from, int to) {
    Instant start = Instant.now().minusSeconds(500);
    for (int value = from; value < to; value++) {
      fleet.state(value, start.plusMillis(value));
    }
  }

  private static Double[] numbers(int from, int to) {
    return DoubleStream.iterate(from, value -> value + 1)
        .limit(to - from)
        .boxed()
        .toArray(Double[]::new);
  }

  private void awaitRequests(int more) {
    int before = requests.get();
    await().atMost(LIMIT).until(() -> requests.get() >= before + more);
  }

  @Test
  void aServerThatFailsForAWhileLosesNothing() throws Exception {
    listen(0);
    try (PushedFleet fleet = new PushedFleet(config())) {
      for (int trouble : new int[] {500, 503, 429, 0}) {
        status.set(trouble);
        int before = taken.size();
        states(fleet, before, before + 2_500);
        awaitRequests(2);
        assertThat(taken).hasSize(before);
        assertThat(fleet.lag()).isPositive();
        status.set(204);
        await().atMost(LIMIT).until(() -> taken.size() >= before + 2_500);
      }
      fleet.awaitCounted("sent", 10_000);
    }
    assertThat(taken).containsExactly(numbers(0, 10_000));
  }

  @Test
  void aServerThatIsNotThereYetLosesNothing() throws Exception {
    int port = FreePort.choose();
    try (PushedFleet fleet = new PushedFleet(config(port, Optional.empty()))) {
      states(fleet, 0, 10);
      await().atMost(LIMIT).until(() -> fleet.lag() > 0);
      listen(port);
      fleet.awaitCounted("sent", 10);
    }
    assertThat(taken).containsExactly(numbers(0, 10));
  }

  @Test
  void whatIsRefusedIsCountedAndNeverSentAgain() throws Exception {
    listen(0);
    try (PushedFleet fleet = new PushedFleet(config())) {
      status.set(400);
      states(fleet, 0, 2_000);
      fleet.awaitCounted("refused_400", 2_000);
      assertThat(heard).hasValue(2_000);
      status.set(404);
      states(fleet, 2_000, 4_000);
      fleet.awaitCounted("refused_404", 2_000);
      status.set(302);
      states(fleet, 4_000, 6_000);
      fleet.awaitCounted("refused_302", 2_000);
      status.set(204);
      states(fleet, 6_000, 8_000);
      fleet.awaitCounted("sent", 2_000);
      assertThat(fleet.counted("refused_400")).isEqualTo(2_000);
    }
    assertThat(taken).containsExactly(numbers(6_000, 8_000));
    assertThat(heard).hasValue(8_000);
  }

  @Test
  void whatIsTooMuchForTheQueueIsCountedAndTheRestArrives() throws Exception {
    listen(0);
    status.set(500);
    try (PushedFleet fleet = new PushedFleet(config(), 2, TimeUnit.DAYS.toNanos(1))) {
      states(fleet, 0, 2_000);
      // The first is on its way, two wait, the third goes before the fourth comes.
      awaitRequests(1);
      states(fleet, 2_000, 8_000);
      assertThat(fleet.counted("queue_full")).isEqualTo(2_000);
      status.set(204);
      fleet.awaitCounted("sent", 6_000);
    }
    List<Double> expected = new ArrayList<>(List.of(numbers(0, 2_000)));
    expected.addAll(List.of(numbers(4_000, 8_000)));
    assertThat(taken).containsExactlyElementsOf(expected);
  }

  @Test
  void stoppingSendsWhatIsThereAndWaitsForNobody() throws Exception {
    listen(0);
    try (PushedFleet fleet = new PushedFleet(config())) {
      states(fleet, 0, 10);
      fleet.stop(60_000);
      assertThat(taken).containsExactly(numbers(0, 10));
      assertThat(fleet.counted("sent")).isEqualTo(10);
    }
    status.set(500);
    try (PushedFleet fleet = new PushedFleet(config())) {
      states(fleet, 0, 2_010);
      awaitRequests(1);
      fleet.stop(1);
      assertThat(fleet.counted("unsent")).isEqualTo(2_010);
      assertThat(fleet.lag()).isZero();
    }
  }

  @Test
  void theHeadersAreReadForEachRequest(@TempDir Path directory) throws Exception {
    listen(0);
    Path headers =
        Files.createFile(
            directory.resolve("headers"),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-r-----")));
    Files.writeString(headers, "# of the server\nAuthorization: Bearer one\n");
    int port = server.getAddress().getPort();
    try (PushedFleet fleet = new PushedFleet(config(port, Optional.of(headers)))) {
      states(fleet, 0, 2_000);
      fleet.awaitCounted("sent", 2_000);
      assertThat(authorizations).containsOnly("Bearer one");
      Files.writeString(headers, "Authorization: Bearer two\n");
      states(fleet, 2_000, 4_000);
      fleet.awaitCounted("sent", 4_000);
    }
    assertThat(new LinkedHashSet<>(authorizations)).containsExactly("Bearer one", "Bearer two");
  }
}
