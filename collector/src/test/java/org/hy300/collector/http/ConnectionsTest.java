// SPDX-License-Identifier: Apache-2.0
// Connections that ask for nothing, or for half of something, keep nobody out.
package org.hy300.collector.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerResponse;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.hy300.collector.CollectorFixture;
import org.hy300.collector.LiveEvents;
import org.hy300.collector.RawHttp;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(300)
class ConnectionsTest extends CollectorFixture {
  private static final int MAX = 12;
  private static final String HALF = "GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n";
  private static final String STREAM = "GET /api/v1/live HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n";

  private final List<Socket> sockets = new ArrayList<>();

  @Override
  protected HttpConfig httpConfig() {
    return new HttpConfig(
        "127.0.0.1",
        0,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        false,
        1_000,
        Set.of(),
        MAX);
  }

  @AfterEach
  void close() throws Exception {
    for (Socket socket : sockets) {
      socket.close();
    }
  }

  private Socket open(String from, String request) throws IOException {
    Socket socket =
        new Socket(
            InetAddress.getLoopbackAddress(),
            URI.create(url).getPort(),
            InetAddress.getByName(from),
            0);
    socket.setSoTimeout(20_000);
    sockets.add(socket);
    RawHttp.send(socket, request);
    return socket;
  }

  /** Whether the collector closes it without an answer. */
  private static boolean isClosed(Socket socket) throws IOException {
    try {
      return socket.getInputStream().read() < 0;
    } catch (SocketException e) {
      return true; // Reset, for not everything was read.
    }
  }

  private String fromElsewhere() throws Exception {
    Socket socket = open("127.0.0.3", HALF + "Connection: close\r\n\r\n");
    return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
  }

  @Test
  void halfARequestDoesNotStay() throws Exception {
    assertThat(isClosed(open("127.0.0.1", HALF))).isTrue();
    assertThat(isClosed(open("127.0.0.1", ""))).isTrue();
  }

  @Test
  void halfRequestsKeepNobodyOutNorEndAStream() throws Exception {
    try (LiveEvents live = new LiveEvents(url + "/api/v1/live")) {
      live.await("ready");
      Socket first = open("127.0.0.1", HALF);
      for (int i = 0; i < 5 * MAX; i++) {
        open("127.0.0." + (1 + i % 2), HALF);
      }
      assertThat(isClosed(first)).isTrue();
      assertThat(get("/healthz").statusCode()).isEqualTo(200);
      assertThat(fromElsewhere()).startsWith("HTTP/1.1 200 ");
      assertThat(live.isEnded()).isFalse();
      assertThat(get("/internal/metrics").body())
          .contains("hy300_collector_http_refusals_total{reason=\"connections\"} ");
    }
  }

  @Test
  void oneAddressHasHalfOfTheRoomWhateverItAsksFor() throws Exception {
    for (int i = 0; i < MAX / 2; i++) {
      assertThat(open("127.0.0.2", STREAM).getInputStream().read()).isEqualTo('H');
    }
    assertThat(isClosed(open("127.0.0.2", STREAM))).isTrue();
    assertThat(fromElsewhere()).startsWith("HTTP/1.1 200 ");
    sockets.get(0).close();
    await()
        .atMost(LIMIT)
        .until(() -> open("127.0.0.2", HALF + "\r\n").getInputStream().read() == 'H');
  }

  @Test
  void oneThatWaitsIsClosedAndOneThatIsAnsweredSlowlyIsNot() throws Exception {
    Vertx vertx = Vertx.vertx();
    try {
      HttpServer server =
          vertx.createHttpServer(
              new HttpServerOptions().setHost("127.0.0.1").setHttp2ClearTextEnabled(false));
      Connections connections = new Connections(MAX, 60_000, 200, () -> {});
      connections.watch(vertx, server);
      server.requestHandler(
          request -> {
            connections.begins(request);
            HttpServerResponse response = request.response();
            if (request.path().equals("/slow")) {
              vertx.setTimer(2_000, late -> response.end("done"));
            } else {
              response.end("done");
            }
          });
      int port = server.listen(0).toCompletionStage().toCompletableFuture().get().actualPort();
      for (String path : List.of("/", "/slow")) {
        // The connection may be kept; it ends because the next request does not come.
        assertThat(
                RawHttp.ask(
                    "http://127.0.0.1:" + port,
                    "GET " + path + " HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\nGET / HT"))
            .endsWith("done");
      }
    } finally {
      vertx.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
    }
  }
}
