// SPDX-License-Identifier: Apache-2.0
package org.hy300.collector.push;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import org.hy300.testing.PromApi;
import org.hy300.testing.Prometheus;
import org.hy300.testing.VictoriaMetrics;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What Debian's Prometheus and VictoriaMetrics make of samples that are late or come twice. */
@Timeout(300)
class ReceiversTest {
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final String SELECTOR = PushedFleet.SERIES + "{device=\"p1\",job=\"hy300\"}";

  @TempDir private Path directory;

  private final Instant start = Instant.now().minusSeconds(100).truncatedTo(ChronoUnit.MILLIS);

  private static PushConfig config(PromApi receiver) {
    return new PushConfig(receiver.writeUrl(), Optional.empty(), PushConfig.SKEW_SECONDS);
  }

  private static void expect(PromApi receiver, String query, double value) {
    await(query)
        .atMost(LIMIT)
        .untilAsserted(() -> assertThat(receiver.query(query)).contains(value));
  }

  /** On, off and on again within 700 ms, from a collector that has just started. */
  private void flap(PromApi receiver, String result) throws Exception {
    try (PushedFleet fleet = new PushedFleet(config(receiver))) {
      fleet.state(1, start);
      fleet.state(0, start.plusMillis(1_200));
      fleet.state(1, start.plusMillis(1_900));
      fleet.awaitCounted(result, 3);
    }
  }

  /** A collector that was started again repeats what the broker retains, and what came since. */
  private void lateAndRepeated(PromApi receiver, String changes) throws Exception {
    flap(receiver, "sent");
    expect(receiver, changes + "(" + SELECTOR + "[10m])", 2);
    flap(receiver, "sent");
    try (PushedFleet fleet = new PushedFleet(config(receiver))) {
      // Older than what it has.
      fleet.state(1, start.minusSeconds(61));
      fleet.state(0, start.minusSeconds(60));
      fleet.awaitCounted("sent", 2);
    }
    expect(receiver, "count_over_time(" + SELECTOR + "[10m])", 5);
    expect(receiver, "min_over_time(" + SELECTOR + "[10m])", 0);
    // VictoriaMetrics reads the time of a question to a millisecond or two.
    assertThat(receiver.query(SELECTOR, start.plusMillis(-59_995))).contains(0.0);
    assertThat(receiver.query(SELECTOR, start.plusMillis(1_195))).contains(1.0);
    assertThat(receiver.query(SELECTOR, start.plusMillis(1_205))).contains(0.0);
    assertThat(receiver.query(SELECTOR, start.plusMillis(1_905))).contains(1.0);
  }

  @Test
  void prometheusWithAWindowTakesLateAndRepeatedSamples() throws Exception {
    try (Prometheus prometheus = Prometheus.receiving("10m", "", directory)) {
      lateAndRepeated(prometheus, "changes");
    }
  }

  @Test
  void prometheusWithoutAWindowRefusesThem() throws Exception {
    try (Prometheus prometheus = Prometheus.receiving("0s", "", directory)) {
      flap(prometheus, "sent");
      flap(prometheus, "refused_400");
      expect(prometheus, "count_over_time(" + SELECTOR + "[10m])", 3);
    }
  }

  @Test
  void victoriaMetricsTakesLateAndRepeatedSamples() throws Exception {
    try (VictoriaMetrics victoria = VictoriaMetrics.start(directory)) {
      // Its own changes() counts the beginning as well.
      lateAndRepeated(victoria, "changes_prometheus");
    }
  }
}
