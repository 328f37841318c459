// SPDX-License-Identifier: Apache-2.0
// However many methods a client invents, /internal/metrics stays as long as it was.
package org.hy300.collector.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.hy300.collector.CollectorFixture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(300)
class HttpMetersTest extends CollectorFixture {
  private static final int METHODS = 2_000;

  /** One method that the list does not have, with two statuses, and each meter's parts. */
  private static final int MORE = 30;

  @Override
  protected HttpConfig httpConfig() {
    return new HttpConfig(
        "127.0.0.1", 0, Optional.empty(), Optional.empty(), Optional.empty(), false, 1_000_000);
  }

  @Test
  void inventedMethodsAreOneLabel() throws Exception {
    get("/nothing");
    long before = series();
    for (int i = 0; i < METHODS; i++) {
      assertThat(soon(ask("M" + i, "/metrics", null)).statusCode()).isEqualTo(405);
    }
    assertThat(series() - before).isLessThanOrEqualTo(MORE);
    assertThat(get("/internal/metrics").body())
        .contains("vertx_http_server_requests_total{code=\"405\",method=\"other\"} 2000.0\n");
  }

  private long series() throws Exception {
    return get("/internal/metrics").body().lines().filter(line -> !line.startsWith("#")).count();
  }
}
