// SPDX-License-Identifier: Apache-2.0
// The relay's own metrics, for /internal/metrics.
package org.hy300.collector.relay;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** Labels are commands of the catalogue and words of the contract, so their number is small. */
public final class RelayMetrics {
  private final MeterRegistry registry;
  private final AtomicInteger open = new AtomicInteger();
  private final AtomicLong journalBytes = new AtomicLong();
  private final Counter resends;
  private final Counter journalRefusals;
  private final Counter auditFailures;
  private final Counter eventsMissed;

  public RelayMetrics(MeterRegistry registry) {
    this.registry = registry;
    Gauge.builder("hy300.collector.commands.in.flight", open::get)
        .description("Commands that have not ended, each device of one counted.")
        .register(registry);
    Gauge.builder("hy300.collector.journal.bytes", journalBytes::get)
        .description("Size of the journal of commands.")
        .baseUnit("bytes")
        .register(registry);
    resends =
        Counter.builder("hy300.collector.command.resends")
            .description("Commands that were sent again because no answer came.")
            .register(registry);
    journalRefusals =
        Counter.builder("hy300.collector.journal.errors")
            .description("Failed writes to the command journal, and damages found in it.")
            .register(registry);
    auditFailures =
        Counter.builder("hy300.collector.audit.errors")
            .description("Audit log lines that could not be written.")
            .register(registry);
    eventsMissed =
        Counter.builder("hy300.collector.events.missed")
            .description("Events of devices that were numbered and not received.")
            .register(registry);
  }

  /**
   * Counts the end of a command at one device.
   *
   * @param took time since the request
   */
  void ended(String command, String result, Duration took) {
    Counter.builder("hy300.collector.commands")
        .description("Commands that have ended, by result; each device counts.")
        .tag("command", command)
        .tag("result", result)
        .register(registry)
        .increment();
    Timer.builder("hy300.collector.command.duration")
        .description("From the request to the terminal reply.")
        .tag("command", command)
        .serviceLevelObjectives(
            Duration.ofMillis(5),
            Duration.ofMillis(10),
            Duration.ofMillis(25),
            Duration.ofMillis(50),
            Duration.ofMillis(100),
            Duration.ofMillis(250),
            Duration.ofMillis(500),
            Duration.ofSeconds(1),
            Duration.ofSeconds(5),
            Duration.ofSeconds(15),
            Duration.ofSeconds(60),
            Duration.ofSeconds(300))
        .register(registry)
        .record(took);
  }

  /** Counts a refused command. */
  public void refused(String reason) {
    Counter.builder("hy300.collector.command.refusals")
        .description("Commands that were refused before they were sent, by reason.")
        .tag("reason", reason)
        .register(registry)
        .increment();
  }

  void open(int commands) {
    open.set(commands);
  }

  void resent() {
    resends.increment();
  }

  void journalBytes(long bytes) {
    journalBytes.set(bytes);
  }

  void journalFailed() {
    journalRefusals.increment();
  }

  void auditFailed() {
    auditFailures.increment();
  }

  /** Counts events that were lost, according to a device's numbers. */
  public void eventsMissed(long events) {
    eventsMissed.increment((double) events);
  }
}
