// SPDX-License-Identifier: Apache-2.0
// The agent's own counters, published as the subsystem `agent`.
package org.hy300.agent;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.hy300.agent.source.Metrics;
import org.hy300.contract.Family;

/** Counters of one run. Those that are plain fields may be counted on any thread. */
public final class AgentMetrics {
  public final AtomicLong wakeups = new AtomicLong();
  public final AtomicLong missedChanges = new AtomicLong();
  public final AtomicLong attributeErrors = new AtomicLong();
  public final AtomicLong events = new AtomicLong();
  public final AtomicLong eventsDropped = new AtomicLong();
  public final AtomicLong connects = new AtomicLong();
  public final AtomicLong bridgeTransitions = new AtomicLong();
  public final AtomicLong bridgeTransitionsLost = new AtomicLong();
  public final AtomicLong bridgePings = new AtomicLong();
  public final AtomicLong bridgeErrors = new AtomicLong();
  public final AtomicLong pipeMessages = new AtomicLong();

  /** The last one; 0 before the first. */
  public volatile long bridgeRoundTripNanos;

  private final Map<String, Long> dropped = new TreeMap<>();
  private final Map<String, Long> commands = new TreeMap<>();
  private final LongSupplier outboxDepth;
  private final double startSeconds = System.currentTimeMillis() / 1000.0;

  /**
   * Creates counters at zero.
   *
   * @param outboxDepth asked at each publication
   */
  public AgentMetrics(LongSupplier outboxDepth) {
    this.outboxDepth = outboxDepth;
    // Known from the beginning, so that a first drop is an increase and not a new series.
    dropped.put("malformed", 0L);
    dropped.put("too_large", 0L);
    dropped.put("unexpected_topic", 0L);
    dropped.put("outbox_full", 0L);
  }

  /** Counts a received message that could not even be answered, or a reply that had to go. */
  public void dropped(String reason) {
    dropped.merge(reason, 1L, Long::sum);
  }

  /** Counts a command's terminal reply. */
  public void command(String status) {
    commands.merge(status, 1L, Long::sum);
  }

  /** The counters as series. */
  public Metrics read() {
    Page page = new Page();
    page.counter("hy300_agent_wakeups_total", "Times the kernel reported a change.", wakeups);
    page.counter(
        "hy300_agent_missed_changes_total",
        "Changes that only the safety re-read has found.",
        missedChanges);
    page.counter(
        "hy300_agent_attribute_errors_total",
        "Attributes that could not be read or parsed.",
        attributeErrors);
    page.counter("hy300_agent_events_total", "Events that happened.", events);
    page.counter(
        "hy300_agent_events_dropped_total",
        "Events lost because too many waited for the broker.",
        eventsDropped);
    page.counter(
        "hy300_agent_bridge_transitions_total",
        "Transitions of the drivers that the bridge has told.",
        bridgeTransitions);
    page.counter(
        "hy300_agent_bridge_transitions_lost_total",
        "Transitions that the bridge had to drop before they were read.",
        bridgeTransitionsLost);
    page.counter("hy300_agent_bridge_pings_total", "Pings of the bridge answered.", bridgePings);
    page.counter(
        "hy300_agent_bridge_errors_total",
        "Messages of the bridge that could not be understood or answered.",
        bridgeErrors);
    if (bridgeRoundTripNanos > 0) {
      page.family(
          "hy300_agent_bridge_round_trip_seconds",
          "gauge",
          "Time from HELLO to the kernel's answer, the last one.");
      page.values.put("hy300_agent_bridge_round_trip_seconds", bridgeRoundTripNanos / 1e9);
    }
    page.counter(
        "hy300_agent_pipe_messages_total", "Messages taken out of kmsgpipe.", pipeMessages);
    page.counter("hy300_agent_connects_total", "Connections to the broker.", connects);
    page.family("hy300_agent_outbox_messages", "gauge", "Messages that wait for the broker.");
    page.values.put("hy300_agent_outbox_messages", outboxDepth.getAsLong());
    page.family("hy300_agent_start_time_seconds", "gauge", "Start of the agent, in Unix time.");
    page.values.put("hy300_agent_start_time_seconds", startSeconds);
    page.family(
        "hy300_agent_messages_dropped_total", "counter", "Commands without an answer, by reason.");
    dropped.forEach(
        (reason, count) ->
            page.values.put(
                "hy300_agent_messages_dropped_total{reason=\"" + reason + "\"}", count));
    page.family(
        "hy300_agent_commands_total", "counter", "Commands by the status of their terminal reply.");
    commands.forEach(
        (status, count) ->
            page.values.put("hy300_agent_commands_total{status=\"" + status + "\"}", count));
    return new Metrics(page.values, page.families);
  }

  private static final class Page {
    private final Map<String, Number> values = new LinkedHashMap<>();
    private final Map<String, Family> families = new LinkedHashMap<>();

    void family(String name, String type, String help) {
      families.put(name, new Family(type, help));
    }

    void counter(String name, String help, AtomicLong value) {
      family(name, "counter", help);
      values.put(name, value.get());
    }
  }
}
