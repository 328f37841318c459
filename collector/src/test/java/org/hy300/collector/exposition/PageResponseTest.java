// SPDX-License-Identifier: Apache-2.0
package org.hy300.collector.exposition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Readers that are slow, go away or stall, on real sockets. */
@Timeout(300)
class PageResponseTest {
  private static final int PIECES = 800;
  private static final byte[] PIECE =
      "0123456789abcde\n".repeat(Page.PIECE / 16).getBytes(StandardCharsets.US_ASCII);
  private static final long LENGTH = (long) PIECES * PIECE.length;

  private final Vertx vertx = Vertx.vertx();
  private final AtomicInteger written = new AtomicInteger();
  private final AtomicInteger refused = new AtomicInteger();
  private PageResponse pages;
  private HttpServer server;

  @BeforeEach
  void listen() throws Exception {
    pages = new PageResponse(vertx, 1_000);
    server =
        vertx
            .createHttpServer(
                new HttpServerOptions().setHost("127.0.0.1").setCompressionSupported(true))
            .requestHandler(
                request -> {
                  AtomicInteger left = new AtomicInteger(PIECES);
                  Page page =
                      to -> {
                        to.add(PIECE);
                        written.incrementAndGet();
                        return left.decrementAndGet() > 0;
                      };
                  if (!pages.send(request, "text/plain", page)) {
                    refused.incrementAndGet();
                    request.response().setStatusCode(503).end();
                  }
                })
            .listen(0)
            .toCompletionStage()
            .toCompletableFuture()
            .get(60, TimeUnit.SECONDS);
  }

  @AfterEach
  void close() throws Exception {
    vertx.close().toCompletionStage().toCompletableFuture().get(60, TimeUnit.SECONDS);
  }

  private HttpResponse<InputStream> get(String... headers) throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.actualPort() + "/"));
    for (int i = 0; i < headers.length; i += 2) {
      request.header(headers[i], headers[i + 1]);
    }
    return HttpClient.newHttpClient()
        .send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
  }

  /** A client that sends a request and reads nothing. */
  private Socket ask() throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.actualPort());
    socket
        .getOutputStream()
        .write("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
    return socket;
  }

  private void awaitNothingRunning() {
    await().atMost(Duration.ofSeconds(60)).until(() -> pages.running() == 0);
  }

  @Test
  void aPageArrivesWhole() throws Exception {
    HttpResponse<InputStream> plain = get();
    assertThat(plain.headers().firstValue("Content-Encoding")).isEmpty();
    assertThat(plain.body().transferTo(java.io.OutputStream.nullOutputStream())).isEqualTo(LENGTH);
    HttpResponse<InputStream> packed = get("Accept-Encoding", "gzip");
    assertThat(packed.headers().firstValue("Content-Encoding")).contains("gzip");
    try (InputStream body = new GZIPInputStream(packed.body())) {
      assertThat(body.transferTo(java.io.OutputStream.nullOutputStream())).isEqualTo(LENGTH);
    }
    awaitNothingRunning();
  }

  @Test
  void aReaderThatStallsHoldsThePageUpAndIsCutOff() throws Exception {
    try (Socket socket = ask()) {
      await().atMost(Duration.ofSeconds(60)).until(() -> written.get() > 0);
      awaitNothingRunning();
      // Only the buffers of the two ends of the connection.
      assertThat(written.get()).isLessThan(PIECES / 2);
      assertThat(get().body().transferTo(java.io.OutputStream.nullOutputStream()))
          .isEqualTo(LENGTH);
      assertThat(socket.isClosed()).isFalse();
    }
  }

  @Test
  void aReaderThatGoesAwayEndsThePage() throws Exception {
    try (Socket socket = ask()) {
      socket.getInputStream().readNBytes(1000);
    }
    awaitNothingRunning();
    assertThat(written.get()).isLessThan(PIECES);
  }

  @Test
  void readersThatStallDoNotAddUp() throws Exception {
    Socket[] sockets = new Socket[40];
    for (int i = 0; i < sockets.length; i++) {
      sockets[i] = ask();
    }
    await().atMost(Duration.ofSeconds(60)).until(() -> refused.get() > 0);
    awaitNothingRunning();
    for (Socket socket : sockets) {
      socket.close();
    }
  }
}
