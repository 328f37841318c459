// SPDX-License-Identifier: Apache-2.0
package org.hy300.collector.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.hy300.collector.CollectorFixture;
import org.hy300.collector.http.HttpConfig;
import org.hy300.contract.Role;
import org.hy300.testing.MqttProbe;
import org.hy300.testing.Prometheus;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Debian's Prometheus reads a collector that asks for tokens, configured as the guide shows. */
@Timeout(300)
class TokenScrapeTest extends CollectorFixture {
  private static final Path GUIDE = Path.of("../docs/guides/prometheus.md");
  private static final Pattern EXAMPLE =
      Pattern.compile("(?s)```yaml\nscrape_configs:\n([^`]*type: Bearer[^`]*)```");

  private String token;

  @Override
  protected HttpConfig httpConfig() throws IOException {
    Path tokens = directory.resolve("tokens");
    token = Tokens.make(tokens, "prometheus", Role.READ.word(), Optional.empty());
    return new HttpConfig(
        "127.0.0.1",
        0,
        Optional.empty(),
        Optional.empty(),
        Optional.of(tokens),
        false,
        100,
        Set.of(),
        100);
  }

  @Test
  void serviceDiscoveryAndPagesAreReadWithTheToken() throws Exception {
    Path file = Files.writeString(directory.resolve("prometheus.token"), token);
    Matcher example = EXAMPLE.matcher(Files.readString(GUIDE));
    assertThat(example.find()).isTrue();
    String jobs =
        example
            .group(1)
            .replace("127.0.0.1:8080", URI.create(url).getAuthority())
            .replace("/etc/prometheus/hy300.token", file.toString())
            .replace("/sd\n", "/sd\n        refresh_interval: 1s\n");
    try (MqttProbe device = new MqttProbe(broker.address());
        Prometheus prometheus = new Prometheus(jobs, directory)) {
      device.publish(
          "hy300/v1/p1/status",
          "{\"state\":\"online\",\"session\":\"s1\",\"time\":\"2026-11-21T04:00:00Z\"}");
      await()
          .atMost(LIMIT)
          .until(() -> prometheus.query("max(hy300_device_up)").equals(Optional.of(1.0)));
    }
  }
}
