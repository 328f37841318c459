// SPDX-License-Identifier: Apache-2.0
// What RFC 9110 and 9112 want of a server, and what browsers are told with every answer.
package org.hy300.collector.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Vertx;
import java.util.concurrent.TimeUnit;
import org.hy300.collector.CollectorFixture;
import org.hy300.collector.PlayedDevice;
import org.hy300.collector.RawHttp;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(300)
class MannersTest extends CollectorFixture {
  private static final String END = "Connection: close\r\n\r\n";
  private static final String HOST = " HTTP/1.1\r\nHost: 127.0.0.1\r\n";

  private String ask(String request) throws Exception {
    return RawHttp.ask(url, request);
  }

  @Test
  void headIsAnsweredWhereverGetIsWithoutABody() throws Exception {
    Vertx vertx = Vertx.vertx();
    try {
      new PlayedDevice(broker.address(), "p1", "berlin", 1)
          .connect(vertx)
          .toCompletionStage()
          .toCompletableFuture()
          .get(10, TimeUnit.SECONDS);
      awaitOnline(1);
      for (String each : get("/api").body().lines().filter(l -> l.startsWith("GET ")).toList()) {
        String path =
            each.split(" +", -1)[1]
                .replace("{device}", "p1")
                .replace("{file}", "app.js")
                .replace("{part}/{page}", "guides/mqtt")
                .replace("{page}", "index");
        String head = ask("HEAD " + path + HOST + END);
        String status = path.endsWith("/snapshot") || path.endsWith("{id}") ? "404" : "200";
        assertThat(head).as(path).startsWith("HTTP/1.1 " + status + " ").endsWith("\r\n\r\n");
        assertThat(head.indexOf("\r\n\r\n")).as(path).isEqualTo(head.length() - 4);
      }
      assertThat(ask("POST /metrics" + HOST + END)).contains("\r\nAllow: GET, HEAD\r\n");
      assertThat(ask("HEAD /api/v1/commands" + HOST + END)).startsWith("HTTP/1.1 405 ");
    } finally {
      vertx.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "GET /healthz HTTP/1.1\r\n",
        "GET /healthz HTTP/1.0\r\n",
        "GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nHost: 127.0.0.1\r\n",
        "GET /metrics/%zz HTTP/1.1\r\nHost: 127.0.0.1\r\n",
        "GET /healthz HTTP/1.1\nHost: 127.0.0.1\r\n",
        "GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\n",
        "POST /api/v1/commands HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n",
      })
  void whatIsNoRequestIs400(String request) throws Exception {
    assertThat(ask(request + END)).matches("(?s)HTTP/1\\.[01] 400 .*");
  }

  @ParameterizedTest
  @ValueSource(strings = {"/%6Detrics", "/metrics?shard=1%2F1", "/p%61ge/app%2Ejs"})
  void aPathIsDecodedOnce(String path) throws Exception {
    assertThat(ask("GET " + path + HOST + END)).startsWith("HTTP/1.1 200 ");
  }

  @ParameterizedTest
  @ValueSource(strings = {"/%256Detrics", "/page%2Fapp.js", "/page/..%2F..%2Fhttp%2Fopenapi.yaml"})
  void aPathIsNotDecodedTwiceNorSplitByWhatWasEncoded(String path) throws Exception {
    assertThat(ask("GET " + path + HOST + END)).startsWith("HTTP/1.1 404 ");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "GET /metrics HTTP/1.0\r\nHost: 127.0.0.1\r\n",
        "GET /page/app.js HTTP/1.0\r\nHost: 127.0.0.1\r\n",
        "GET /metrics HTTP/1.1\r\nHost: 127.0.0.1\r\n",
        "GET /page/app.js HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept-Encoding: deflate\r\n",
        "HEAD /metrics HTTP/1.1\r\nHost: 127.0.0.1\r\n",
      })
  void noEncodingIsNamedWhereNoneIs(String request) throws Exception {
    assertThat(ask(request + END))
        .matches("(?s)HTTP/1\\.[01] 200 .*")
        .doesNotContainIgnoringCase("\r\nContent-Encoding:");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "GET /" + HOST,
        "GET /metrics" + HOST,
        "GET /api/v1/me" + HOST,
        "GET /nothing" + HOST,
        "DELETE /metrics" + HOST,
        "GET /metrics?shard=%" + HOST,
        "GET /metrics HTTP/1.1\r\nHost: elsewhere.example\r\n",
        "GET /metrics" + HOST + "not a header\r\n",
      })
  void everyAnswerSaysWhatABrowserMayDoWithIt(String request) throws Exception {
    String answer = ask(request + END);
    assertThat(answer)
        .contains("\r\nX-Content-Type-Options: nosniff\r\n")
        .contains("\r\nCross-Origin-Resource-Policy: same-origin\r\n")
        .doesNotContain("Strict-Transport-Security")
        .containsOnlyOnce("\r\nCache-Control: no-");
  }
}
