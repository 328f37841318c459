// SPDX-License-Identifier: Apache-2.0
// The agent's own counters, published as the subsystem `agent`.
package org.hy300.agent.metrics;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.hy300.contract.Subsystems;

/** Counters of one run. Plain fields may be changed on any thread. */
public final class AgentMetrics {
  public static final String SUBSYSTEM = Subsystems.AGENT;

  public final AtomicLong wakeups = new AtomicLong();
  public final AtomicLong missedChanges = new AtomicLong();
  public final AtomicLong attributeErrors = new AtomicLong();
  public final AtomicLong events = new AtomicLong();
  public final AtomicLong eventsSent = new AtomicLong();
  public final AtomicLong eventsDropped = new AtomicLong();
  public final AtomicLong journalErrors = new AtomicLong();
  public final AtomicLong journalDamages = new AtomicLong();
  public final AtomicLong connects = new AtomicLong();
  public final AtomicLong processSamplesDropped = new AtomicLong();
  public final AtomicLong bridgeTransitions = new AtomicLong();
  public final AtomicLong bridgeTransitionsLost = new AtomicLong();
  public final AtomicLong bridgePings = new AtomicLong();
  public final AtomicLong bridgeErrors = new AtomicLong();
  public final AtomicLong pipeMessages = new AtomicLong();

  /** Of the last one; 0 before the first. */
  public volatile long bridgeRoundTripNanos;

  private record Refused(String packet, String reason) {}

  private final Map<String, Long> dropped = new TreeMap<>();
  private final Map<String, Long> commands = new TreeMap<>();
  private final Map<Refused, Long> refused = new LinkedHashMap<>();
  private final LongSupplier outboxDepth;
  private final LongSupplier journalDepth;
  private final double startSeconds = System.currentTimeMillis() / 1000.0;

  /**
   * Creates counters at zero.
   *
   * @param outboxDepth messages that wait for the broker; read at each publication
   * @param journalDepth events that wait for the broker; read at each publication
   */
  public AgentMetrics(LongSupplier outboxDepth, LongSupplier journalDepth) {
    this.outboxDepth = outboxDepth;
    this.journalDepth = journalDepth;
    // Present from the start, so that the first drop is an increase and not a new series.
    dropped.put("internal", 0L);
    dropped.put("malformed", 0L);
    dropped.put("response_topic", 0L);
    dropped.put("too_large", 0L);
    dropped.put("unexpected_topic", 0L);
    dropped.put("outbox_full", 0L);
  }

  /**
   * Counts a message that was not handled or could not be answered, or a reply that was dropped.
   */
  public void dropped(String reason) {
    dropped.merge(reason, 1L, Long::sum);
  }

  /** Counts a refusal by the broker, by packet and reason. */
  public void refused(String packet, String reason) {
    refused.merge(new Refused(packet, reason), 1L, Long::sum);
  }

  /** Counts the final reply to a command. */
  public void command(String status) {
    commands.merge(status, 1L, Long::sum);
  }

  /** The counters as series. */
  public Metrics read() {
    MetricsBuilder page = new MetricsBuilder();
    counter(page, "hy300_agent_wakeups_total", "Times the kernel reported a change.", wakeups);
    counter(
        page,
        "hy300_agent_missed_changes_total",
        "Changes that only the safety re-read has found.",
        missedChanges);
    counter(
        page,
        "hy300_agent_attribute_errors_total",
        "Attributes that could not be read or parsed.",
        attributeErrors);
    counter(page, "hy300_agent_events_total", "Events that happened.", events);
    counter(
        page,
        "hy300_agent_events_dropped_total",
        "Events lost because too many waited for the broker.",
        eventsDropped);
    counter(
        page,
        "hy300_agent_events_sent_total",
        "Events that the broker has acknowledged.",
        eventsSent);
    counter(page, "hy300_agent_journal_errors_total", "Failed journal writes.", journalErrors);
    counter(
        page,
        "hy300_agent_journal_damages_total",
        "Damages found in journal files.",
        journalDamages);
    gauge(
        page,
        "hy300_agent_journal_events",
        "Events that the broker does not have yet.",
        journalDepth.getAsLong());
    readBridge(page);
    counter(
        page, "hy300_agent_pipe_messages_total", "Messages taken out of kmsgpipe.", pipeMessages);
    counter(page, "hy300_agent_connects_total", "Connections to the broker.", connects);
    counter(
        page,
        "hy300_agent_process_samples_dropped_total",
        "Samples of processes that came faster than they were taken.",
        processSamplesDropped);
    gauge(
        page,
        "hy300_agent_outbox_messages",
        "Messages that wait for the broker.",
        outboxDepth.getAsLong());
    gauge(
        page, "hy300_agent_start_time_seconds", "Start of the agent, in Unix time.", startSeconds);
    page.family(
        "hy300_agent_messages_dropped_total",
        "counter",
        "Commands left unanswered and messages that the agent failed to process, by reason.");
    dropped.forEach(
        (reason, count) ->
            page.value("hy300_agent_messages_dropped_total", count, "reason", reason));
    page.family(
        "hy300_agent_commands_total", "counter", "Commands by the status of their terminal reply.");
    commands.forEach(
        (status, count) -> page.value("hy300_agent_commands_total", count, "status", status));
    page.family(
        "hy300_agent_broker_refusals_total",
        "counter",
        "Refusals of the broker, by packet and reason.");
    refused.forEach(
        (what, count) ->
            page.value(
                "hy300_agent_broker_refusals_total",
                count,
                "packet",
                what.packet,
                "reason",
                what.reason));
    return page.build();
  }

  private void readBridge(MetricsBuilder page) {
    counter(
        page,
        "hy300_agent_bridge_transitions_total",
        "Transitions of the drivers that the bridge has reported.",
        bridgeTransitions);
    counter(
        page,
        "hy300_agent_bridge_transitions_lost_total",
        "Transitions that the bridge had to drop before they were read.",
        bridgeTransitionsLost);
    counter(page, "hy300_agent_bridge_pings_total", "Pings of the bridge answered.", bridgePings);
    counter(
        page,
        "hy300_agent_bridge_errors_total",
        "Messages of the bridge that could not be understood or answered.",
        bridgeErrors);
    if (bridgeRoundTripNanos > 0) {
      gauge(
          page,
          "hy300_agent_bridge_round_trip_seconds",
          "Time from HELLO to the kernel's answer, the last one.",
          bridgeRoundTripNanos / 1e9);
    }
  }

  private static void counter(MetricsBuilder page, String name, String help, AtomicLong value) {
    page.family(name, "counter", help).value(name, value.get());
  }

  private static void gauge(MetricsBuilder page, String name, String help, Number value) {
    page.family(name, "gauge", help).value(name, value);
  }
}
