// SPDX-License-Identifier: Apache-2.0
// The collector's own meters, for /internal/metrics.
package org.hy300.collector.metrics;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BooleanSupplier;
import java.util.function.IntSupplier;
import org.hy300.contract.Topics;

/** Counts messages and drops. Each kind of drop is logged once per device. */
public final class CollectorMetrics {
  private static final Logger LOG = System.getLogger(CollectorMetrics.class.getName());

  /** Limits the memory for drops that are already logged. */
  private static final int MAX_SAID = 1_000;

  private static final int MAX_DETAIL = 200;

  /** The help text of hy300_collector_broker_connected. */
  public static final String BROKER_CONNECTED = "Whether the collector is connected to its broker.";

  private final MeterRegistry registry;
  private final Set<String> said = ConcurrentHashMap.newKeySet();
  private final Map<Topics.Kind, Counter> messages = new EnumMap<>(Topics.Kind.class);
  private final Map<String, Counter> drops = new ConcurrentHashMap<>();
  private final Counter missed;

  public CollectorMetrics(MeterRegistry registry) {
    this.registry = registry;
    for (Topics.Kind kind : Topics.Kind.values()) {
      messages.put(kind, messages(kind));
    }
    // A counter that starts at 1 shows no increase, so the usual ones start at 0.
    refusals("connack", "not_authorized");
    refusals("puback", "not_authorized");
    missed =
        Counter.builder("hy300.collector.missed")
            .description("State messages that were sent and not received.")
            .register(registry);
  }

  /** Registers gauges, which are read at each scrape. */
  public void gauges(
      IntSupplier online,
      IntSupplier offline,
      IntSupplier series,
      BooleanSupplier brokerConnected,
      BooleanSupplier relayConnected) {
    Gauge.builder("hy300.collector.devices", () -> online.getAsInt())
        .description("Devices known, by whether their session is alive.")
        .tag("state", "online")
        .register(registry);
    Gauge.builder("hy300.collector.devices", () -> offline.getAsInt())
        .description("Devices known, by whether their session is alive.")
        .tag("state", "offline")
        .register(registry);
    Gauge.builder("hy300.collector.series", () -> series.getAsInt())
        .description("Series that are kept of all devices.")
        .register(registry);
    Gauge.builder("hy300.collector.broker.connected", () -> brokerConnected.getAsBoolean() ? 1 : 0)
        .description(BROKER_CONNECTED)
        .register(registry);
    Gauge.builder("hy300.collector.relay.connected", () -> relayConnected.getAsBoolean() ? 1 : 0)
        .description("Whether the relay's own session, by which commands go, is connected.")
        .register(registry);
  }

  private Counter messages(Topics.Kind kind) {
    return Counter.builder("hy300.collector.messages")
        .description("MQTT messages received.")
        .tag("kind", kind.name().toLowerCase(Locale.ROOT))
        .register(registry);
  }

  public void received(Topics.Kind kind) {
    messages.get(kind).increment();
  }

  /**
   * Counts something that was dropped.
   *
   * @param reason one word, the label of the counter
   * @param device its sender, or the topic if the sender is unknown
   * @param detail for the log
   */
  public void dropped(String reason, String device, String detail) {
    drops.computeIfAbsent(reason, this::drops).increment();
    if (said.size() < MAX_SAID && said.add(reason + " " + device)) {
      LOG.log(
          Level.WARNING,
          "{0}: dropped as {1}: {2} (logged once, counted in hy300_collector_drops_total)",
          device,
          reason,
          line(detail));
    }
  }

  /** Counts a message that the collector failed to handle; its session has logged the error. */
  public void failed(Topics topics, String topic) {
    dropped("internal", topics.parse(topic).map(Topics.Parsed::device).orElse("topic"), topic);
  }

  /**
   * Counts a refusal by the broker; the session has logged it.
   *
   * @param packet that carried the refusal
   * @param reason one word
   */
  public void refused(String packet, String reason) {
    refusals(packet, reason).increment();
  }

  private Counter refusals(String packet, String reason) {
    return Counter.builder("hy300.collector.broker.refusals")
        .description("Refusals of the broker, by packet and reason.")
        .tag("packet", packet)
        .tag("reason", reason)
        .register(registry);
  }

  /** Text from a device must not end the line or fill the log. */
  private static String line(String detail) {
    String cut = detail.length() > MAX_DETAIL ? detail.substring(0, MAX_DETAIL) + "…" : detail;
    return cut.replaceAll("\\p{Cntrl}", "?");
  }

  private Counter drops(String reason) {
    return Counter.builder("hy300.collector.drops")
        .description("Messages and series that were dropped.")
        .tag("reason", reason)
        .register(registry);
  }

  /** Counts missed state messages, according to their numbers. */
  public void missed(long count) {
    missed.increment((double) count);
  }
}
