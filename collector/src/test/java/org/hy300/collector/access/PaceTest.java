// SPDX-License-Identifier: Apache-2.0
// What is refused counts as much as what is answered.
package org.hy300.collector.access;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.hy300.collector.CollectorFixture;
import org.hy300.collector.RawHttp;
import org.hy300.collector.http.HttpConfig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(300)
class PaceTest extends CollectorFixture {
  /** So many pass at once; in this test's time few more come. */
  private static final int BURST = 4;

  private static final int REQUESTS = 500;

  @Override
  protected HttpConfig httpConfig() {
    return new HttpConfig(
        "127.0.0.1", 0, Optional.empty(), Optional.empty(), Optional.empty(), false, BURST / 4);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "GET /nothing HTTP/1.1\r\nHost: 127.0.0.1",
        "DELETE /metrics HTTP/1.1\r\nHost: 127.0.0.1",
        "INVENTED /metrics HTTP/1.1\r\nHost: 127.0.0.1",
        "GET /metrics?shard=% HTTP/1.1\r\nHost: 127.0.0.1",
        "GET /metrics HTTP/1.1\r\nHost: elsewhere.example",
        "GET /metrics HTTP/1.1\r\nHost: 127.0.0.1\r\nnot a header",
      })
  void whoIsRefusedTooOftenIsToldToWait(String request) throws Exception {
    String last = "";
    for (int i = 0; i < REQUESTS && !last.contains(" 429 "); i++) {
      last = RawHttp.ask(url, request + "\r\nConnection: close\r\n\r\n");
      assertThat(last).startsWith("HTTP/1.1 4");
    }
    assertThat(last).startsWith("HTTP/1.1 429 ").containsIgnoringCase("Retry-After: ");
  }

  @ParameterizedTest
  @ValueSource(strings = {"h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__", "websocket"})
  void noOtherProtocolIsSpoken(String protocol) throws Exception {
    String ask = "GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: ";
    assertThat(
            RawHttp.ask(
                url,
                ask
                    + "Upgrade, HTTP2-Settings\r\nUpgrade: "
                    + protocol
                    + "\r\n\r\n"
                    + ask
                    + "close\r\n\r\n"))
        .startsWith("HTTP/1.1 200 ")
        .contains("}\nHTTP/1.1 200 ");
  }

  @Test
  void theOtherProtocolIsNotSpokenWithoutAskingEither() throws Exception {
    assertThat(RawHttp.ask(url, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")).startsWith("HTTP/");
  }
}
