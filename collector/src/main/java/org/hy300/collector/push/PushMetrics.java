// SPDX-License-Identifier: Apache-2.0
// What the pusher counts of itself, for /internal/metrics.
package org.hy300.collector.push;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.DoubleSupplier;

/** Results are few: the ends of a sample here, and the HTTP statuses that refuse one. */
public final class PushMetrics {
  private final MeterRegistry registry;
  private final Map<String, Counter> samples = new ConcurrentHashMap<>();
  private final Counter skewed;

  public PushMetrics(MeterRegistry registry) {
    this.registry = registry;
    skewed =
        Counter.builder("hy300.push.skewed")
            .description(
                "Samples with the time of their receipt: their message's was missing, too far off"
                    + " or not after the one before.")
            .register(registry);
    // From the start, so that the first refusal is an increase.
    samples("sent", 0);
    samples("queue_full", 0);
  }

  /** Registers what is asked at each scrape. */
  public void lag(DoubleSupplier seconds) {
    Gauge.builder("hy300.push.lag", () -> seconds.getAsDouble())
        .description("How long the oldest sample that is not pushed yet has waited.")
        .baseUnit("seconds")
        .register(registry);
  }

  /**
   * Counts the end of some samples.
   *
   * @param result one word
   */
  public void samples(String result, int count) {
    samples
        .computeIfAbsent(
            result,
            one ->
                Counter.builder("hy300.push.samples")
                    .description("Samples to be pushed, by what they ended as.")
                    .tag("result", one)
                    .register(registry))
        .increment(count);
  }

  void skewed(int count) {
    skewed.increment(count);
  }
}
