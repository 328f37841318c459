// SPDX-License-Identifier: Apache-2.0
// A name that somebody makes point to the collector does not open it, however it listens.
package org.hy300.collector.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Optional;
import java.util.Set;
import org.hy300.collector.CollectorFixture;
import org.hy300.collector.RawHttp;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(300)
class OwnNamesTest extends CollectorFixture {
  @Override
  protected HttpConfig httpConfig() {
    return config("Fleet.example");
  }

  private static HttpConfig config(String name) {
    return new HttpConfig(
        "127.0.0.1",
        0,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        true,
        1_000,
        Set.of(name),
        100);
  }

  @ParameterizedTest
  @CsvSource({
    "127.0.0.1, 200",
    "LocalHost:8080, 200",
    "fleet.example, 200",
    "FLEET.example:8080, 200",
    "192.0.2.7:8080, 200",
    "[2001:db8::7]:8080, 200",
    "rebound.example, 403",
    "rebound.example:8080, 403",
    "127.0.0.1.rebound.example, 403",
  })
  void onlyItsOwnNamesAreGood(String host, int status) throws Exception {
    assertThat(ask(host, "")).startsWith("HTTP/1.1 " + status + " ");
  }

  @Test
  void aPageOfAnotherHostIsNotServedByAGoodNameEither() throws Exception {
    assertThat(ask("fleet.example", "Origin: http://fleet.example\r\n")).startsWith("HTTP/1.1 200");
    assertThat(ask("fleet.example", "Origin: http://rebound.example\r\n"))
        .startsWith("HTTP/1.1 403 ");
  }

  @Test
  void whatIsNoNameIsRefusedAtTheStart() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> config("http://fleet.example"))
        .withMessage(
            "'http://fleet.example' of --http-names is no host name such as fleet.example");
  }

  private String ask(String host, String more) throws Exception {
    return RawHttp.ask(
        url,
        "GET /metrics HTTP/1.1\r\nHost: " + host + "\r\n" + more + "Connection: close\r\n\r\n");
  }
}
