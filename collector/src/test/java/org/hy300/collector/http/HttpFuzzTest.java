// SPDX-License-Identifier: Apache-2.0
// Mutated requests to a running collector, over raw sockets.
package org.hy300.collector.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.vertx.core.Vertx;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.logging.Formatter;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.hy300.collector.CollectorFixture;
import org.hy300.collector.Mutation;
import org.hy300.collector.PlayedDevice;
import org.hy300.testing.Secrets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Each request ends in an answer that is no 500, or in the end of its connection; nothing is thrown
 * on the way. {@code -Dfuzz.seconds=600} goes on for longer, {@code -Dfuzz.seed=…} repeats a run.
 */
@Timeout(value = 1, unit = TimeUnit.HOURS)
class HttpFuzzTest extends CollectorFixture {
  private static final int SECONDS = Integer.getInteger("fuzz.seconds", 4);

  /** However long they take: so many mutants have every kind of answer. */
  private static final int FEWEST = 500;

  private static final long SEED = Long.getLong("fuzz.seed", System.nanoTime());
  private static final int PATIENCE_MS = 20_000;
  private static final int MAX_GROWTH_BYTES = 64 * 1024 * 1024;
  private static final String TOKEN = "hy300_fuzz";
  private static final Pattern CONTROL = Pattern.compile("\\p{Cntrl}");

  /** A protocol that it does not know is answered in that protocol's name. */
  private static final Pattern STATUS = Pattern.compile("\\S+/\\d+\\.\\d+ (\\d{3}) ");

  /** What reaches every route: method, path and query, then headers, an empty line and a body. */
  private static final List<String> REQUESTS =
      List.of(
          "GET /",
          "GET /openapi.yaml",
          "GET /healthz",
          "GET /readyz",
          "GET /metrics?shard=1/4\nAccept: application/openmetrics-text;version=1.0.0;q=0.5,*/*;q=0.1",
          "GET /metrics/p1\nAccept-Encoding: gzip;q=1.0, deflate, br",
          "GET /sd?shard=2/3",
          "GET /internal/metrics",
          "GET /api/v1/devices?after=a%20b&online=true",
          "GET /api/v1/devices/p1\nOrigin: http://127.0.0.1:8080",
          "GET /api/v1/devices/p1/events",
          "GET /api/v1/devices/p1/snapshot",
          "GET /api/v1/devices/p1/settings",
          "PUT /api/v1/devices/p1/settings\n\n{\"expect_signal\":true}",
          "POST /api/v1/devices/p1/commands/motor/step\nIdempotency-Key: \"k1\"\n\n"
              + "{\"args\":{\"steps\":-1},\"timeout_seconds\":20}",
          "POST /api/v1/devices/p1/commands/mips/keystone?async=true\n\n"
              + "{\"args\":{\"corners\":[0,0,1,0,1,1,0,1]},\"id\":\"k2\"}",
          "POST /api/v1/devices/p1/commands/process/add\n\n{\"args\":{\"name\":\"x\"}}",
          "POST /api/v1/commands\n\n{\"command\":\"motor/stop\",\"select\":{\"site\":\"berlin\"}}",
          "POST /api/v1/commands?async=true\n\n"
              + "{\"command\":\"motor/move\",\"devices\":[\"p1\",\"p2\"],\"args\":{\"position\":7}}",
          "GET /api/v1/commands/k1",
          "DELETE /api/v1/devices/p1",
          "POST /api/v1/devices/p1/commands/motor/step\n\n{\"args\":{\"steps\":\"x\"}}",
          "GET /page/app.js\nIf-None-Match: \"0\", W/\"1\"\nAccept-Encoding: gzip",
          "GET /api",
          "GET /api/v1/me",
          "GET /api/v1/catalogue");

  private static final List<String> BODY_TOKENS =
      List.of(
          "{",
          "}",
          "[",
          "]",
          "\"",
          "\\",
          "\\u0000",
          "\\ud800",
          ",",
          ":",
          "null",
          "true",
          "NaN",
          "-1",
          "0.5",
          "1e999",
          "99999999999999999999",
          "\u00e9",
          "\0",
          "[[[[[[[[",
          "{\"a\":{\"a\":",
          "\"id\":",
          "\"args\":",
          "\"select\":",
          "\"all\"",
          "\"devices\":",
          "\"command\":",
          "\"timeout_seconds\":",
          "\"expect_signal\":",
          "motor/",
          "..");

  private static final List<String> TARGET_TOKENS =
      List.of(
          "%",
          "%zz",
          "%00",
          "%2f",
          "%c3%28",
          "%ff",
          "..",
          "/",
          "//",
          "?",
          "&",
          "=",
          ";",
          "#",
          "*",
          "+",
          ":",
          "@",
          "[",
          "http://x/",
          "\\",
          "shard=0/0",
          "shard=99999999999/1",
          "after=",
          "online=",
          "async=",
          "\u00e9",
          "{device}",
          "fleet");

  private static final List<String> HEADER_TOKENS =
      List.of(
          ",",
          ";",
          "=",
          "q=",
          "q=NaN",
          "q=-1",
          "*",
          "*/*",
          "\"",
          "gzip",
          "Bearer ",
          "http://",
          "[",
          "::1",
          ":99999",
          "null",
          "\0",
          "\t",
          "\u00e9",
          "Basic ",
          "bytes=0-1");

  /** For the request as a whole. */
  private static final List<String> WIRE_TOKENS =
      List.of(
          "\r\n",
          "\n",
          "\r",
          " ",
          ":",
          "HTTP/1.0",
          "HTTP/2.0",
          "HTTP/9.9",
          "Host: x\r\n",
          "Content-Length: 5\r\n",
          "Content-Length: -1\r\n",
          "Transfer-Encoding: chunked\r\n",
          "ffffffff\r\n",
          "0\r\n\r\n",
          "Expect: 100-continue\r\n",
          "Connection: Upgrade\r\n",
          "Upgrade: websocket\r\n",
          "Upgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n",
          "\0",
          "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
          "GET /metrics HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
          "OPTIONS",
          "CONNECT",
          "HEAD",
          "TRACE");

  private final Vertx vertx = Vertx.vertx();
  private final ConcurrentLinkedQueue<String> thrown = new ConcurrentLinkedQueue<>();
  private final Map<String, Integer> statuses = new TreeMap<>();
  private final Random random = new Random(SEED);
  private final Mutation body = new Mutation(random, BODY_TOKENS);
  private final Mutation target = new Mutation(random, TARGET_TOKENS);
  private final Mutation headers = new Mutation(random, HEADER_TOKENS);
  private final Mutation wire = new Mutation(random, WIRE_TOKENS);
  private boolean guarded;

  /** Hears of exceptions that handlers let out, and of what a caller writes into the log. */
  private final Handler log =
      new Handler() {
        private final Formatter lines = new SimpleFormatter();

        @Override
        public void publish(LogRecord entry) {
          String line = lines.formatMessage(entry);
          if (entry.getThrown() != null || CONTROL.matcher(line).find()) {
            thrown.add(line + ": " + entry.getThrown());
          }
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
      };

  @BeforeEach
  void connect() throws Exception {
    new PlayedDevice(broker.address(), "p1", "berlin", 1)
        .connect(vertx)
        .toCompletionStage()
        .toCompletableFuture()
        .get(60, TimeUnit.SECONDS);
    awaitOnline(1);
    Logger.getLogger("").addHandler(log);
  }

  @AfterEach
  void close() throws Exception {
    Logger.getLogger("").removeHandler(log);
    vertx.close().toCompletionStage().toCompletableFuture().get(60, TimeUnit.SECONDS);
  }

  @Override
  protected HttpConfig httpConfig() throws Exception {
    Path tokens = directory.resolve("tokens");
    byte[] hash =
        MessageDigest.getInstance("SHA-256").digest(TOKEN.getBytes(StandardCharsets.UTF_8));
    Secrets.write(tokens, "fuzz admin " + HexFormat.of().formatHex(hash));
    return new HttpConfig(
        "127.0.0.1",
        0,
        Optional.empty(),
        Optional.empty(),
        guarded ? Optional.of(tokens) : Optional.empty(),
        false,
        1_000_000);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void noRequestDoesAnythingButBeAnsweredOrCutOff(boolean withTokens) throws Exception {
    System.out.println("HTTP fuzz: -Dfuzz.seed=" + SEED + " -Dfuzz.seconds=" + SECONDS);
    if (withTokens) {
      guarded = true;
      stopCollector();
      startCollector();
      await().atMost(LIMIT).until(() -> get("/readyz").statusCode() == 200);
    }
    for (String request : REQUESTS) {
      assertThat(check(request, Change.NOTHING)).as(request).isNotEqualTo("closed");
    }
    long before = heapBytes();
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
    for (int asked = 0; asked < FEWEST || System.nanoTime() < end; asked++) {
      String request = REQUESTS.get(random.nextInt(REQUESTS.size()));
      check(request, Change.values()[random.nextInt(Change.values().length)]);
    }
    System.out.println("HTTP fuzz: answers by status: " + statuses);
    assertThat(statuses).containsKeys("200", "202", "400", "404", "405", "422");
    assertThat(get("/healthz").statusCode()).isEqualTo(200);
    assertThat(check(REQUESTS.get(14).replace("k1", "last"), Change.NOTHING)).isEqualTo("200");
    await().atMost(LIMIT).untilAsserted(() -> assertThat(openConnections()).isLessThanOrEqualTo(1));
    // Vert.x counts a malformed request for ever: the gauge is left out rather than wrong.
    assertThat(own("vertx_http_server_active_requests")).isZero();
    assertThat(heapBytes() - before).isLessThan(MAX_GROWTH_BYTES);
  }

  /** Finds, and corners that were thought of. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "GET /api/v1/devices?after=%zz",
        "GET /sd HTTP/1.0\r\n\r\n",
        "GET /metrics?shard=%",
        "GET /metrics\nOrigin: ::",
        "GET *",
        "GET http://127.0.0.1",
        "POST /api/v1/commands\n\n{\"command\":\"motor/stop\",\"select\":{\"site\":null}}",
        "POST /api/v1/commands\n\n{\"command\":\"motor/stop\",\"select\":{\"\\ud800\":\"\\ud800\"}}",
        "POST /api/v1/commands\n\n{\"command\":\"motor/stop\",\"devices\":[null]}",
        "POST /api/v1/commands\n\nnull",
      })
  void finds(String request) throws Exception {
    assertThat(check(request, Change.NOTHING)).isNotEqualTo("closed");
  }

  private enum Change {
    NOTHING,
    TARGET,
    HEADER,
    BODY,
    WIRE
  }

  /** Sends a mutant; returns its answer's status, or that the connection was closed. */
  private String check(String request, Change change) throws Exception {
    String[] parts = request.split("\n\n", 2);
    String[] lines = parts[0].split("\n", 2);
    String[] start = lines[0].split(" ", 2);
    byte[] to = bytes(start[1]);
    byte[] more = bytes(lines.length == 2 ? lines[1] : "Accept: */*");
    byte[] content = bytes(parts.length == 2 ? parts[1] : "");
    for (int times = random.nextInt(4); times >= 0; times--) {
      switch (change) {
        case TARGET -> to = inOneLine(target.of(to), "[\\s]");
        case HEADER -> more = inOneLine(headers.of(more), "[\r\n]|^[ \t]+");
        case BODY -> content = body.of(content);
        default -> {}
      }
    }
    byte[] whole =
        bytes(
            "%s %s HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n%s%s\r\nContent-Length: %d\r\n\r\n%s"
                .formatted(
                    start[0],
                    text(to),
                    guarded ? "Authorization: Bearer " + TOKEN + "\r\n" : "",
                    text(more),
                    content.length,
                    text(content)));
    for (int times = random.nextInt(4); change == Change.WIRE && times >= 0; times--) {
      whole = wire.of(whole);
    }
    String answer = send(whole, change == Change.WIRE);
    Matcher status = STATUS.matcher(answer);
    String result = status.lookingAt() ? status.group(1) : "closed";
    String what = "seed " + SEED + ", request " + text(whole) + "\nanswer " + answer;
    assertThat(thrown).as(what).isEmpty();
    assertThat(answer.isEmpty() || status.lookingAt() || answer.startsWith("\0")).as(what).isTrue();
    assertThat(result).as(what).isNotEqualTo("500");
    assertThat(answer).as(what).doesNotContain("Exception").doesNotContain("\tat ");
    statuses.merge(result, 1, Integer::sum);
    return result;
  }

  /**
   * What comes back until the connection ends.
   *
   * @param mayBeUnfinished whether the collector may wait for more, which then does not come
   */
  private String send(byte[] request, boolean mayBeUnfinished) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), URI.create(url).getPort())) {
      socket.setSoTimeout(PATIENCE_MS);
      socket.getOutputStream().write(request);
      if (mayBeUnfinished) {
        socket.shutdownOutput();
      }
      return text(socket.getInputStream().readAllBytes());
    } catch (SocketException e) {
      return ""; // Reset, for it has not read everything.
    } catch (SocketTimeoutException e) {
      throw new AssertionError("seed " + SEED + ": no answer to " + text(request), e);
    }
  }

  private static byte[] inOneLine(byte[] mutant, String not) {
    return bytes(text(mutant).replaceAll(not, ""));
  }

  /** Byte for byte. */
  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.ISO_8859_1);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  private static long heapBytes() {
    System.gc();
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
  }

  /** Connections that have not come to an end, this one included. */
  private double openConnections() throws Exception {
    return own("vertx_http_server_active_connections");
  }

  /** The sum of a family's series, 0 without one. */
  private double own(String family) throws Exception {
    String page = get("/internal/metrics", "Authorization", "Bearer " + TOKEN).body();
    return page.lines()
        .filter(line -> line.startsWith(family))
        .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
        .sum();
  }
}
