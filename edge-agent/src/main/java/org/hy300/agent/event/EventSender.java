// SPDX-License-Identifier: Apache-2.0
// Sends the events of the log in order until the broker has them, and reports those that were lost.
package org.hy300.agent.event;

import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.hy300.agent.metrics.AgentMetrics;
import org.hy300.contract.EventName;
import org.hy300.contract.Topics;
import org.hy300.mqtt.MqttSession;

/** A hole in the numbers is a loss, and becomes a {@code gap} event. Belongs to the event loop. */
public final class EventSender {
  /** Most events that are published and not acknowledged. */
  private static final int WINDOW = 32;

  private final EventLog log;
  private final MqttSession mqtt;
  private final Topics topics;
  private final String device;
  private final AgentMetrics own;
  private final Runnable drained;
  private final Deque<InFlight> inFlight = new ArrayDeque<>();

  /**
   * The range of each `gap` event that the broker does not have yet, by number: it may be lost too.
   */
  private final NavigableMap<Long, Gap> gaps = new TreeMap<>();

  /** Numbers of the newest event that was handed to the session, and of the newest that is done. */
  private long sent;

  private long acknowledged;

  /** The number up to which the log has marked events as done. */
  private long marked;

  private boolean reading;

  private static final class InFlight {
    private final long number;
    private boolean over;

    InFlight(long number) {
      this.number = number;
    }
  }

  private record Gap(long lost, long first, long last) {
    Gap and(Gap other) {
      return new Gap(lost + other.lost, Math.min(first, other.first), Math.max(last, other.last));
    }
  }

  /**
   * Creates a sender that continues after the last event of an earlier run.
   *
   * @param drained called when the broker has everything
   */
  public EventSender(
      EventLog log,
      MqttSession mqtt,
      Topics topics,
      String device,
      AgentMetrics own,
      Runnable drained) {
    this.log = log;
    this.mqtt = mqtt;
    this.topics = topics;
    this.device = device;
    this.own = own;
    this.drained = drained;
    sent = log.doneBefore();
    acknowledged = sent;
    marked = sent;
    log.setReader(this::work);
  }

  /** Events that the broker does not have yet. */
  public long depth() {
    return log.newest() - acknowledged;
  }

  /** Marks what is done, and closes the log. */
  public Future<Void> close() {
    log.setReader(() -> {});
    log.done(acknowledged);
    return log.close();
  }

  /** Reads as many events as there is room for, unless a read is under way. */
  private void work() {
    if (reading) {
      return;
    }
    int room = WINDOW - inFlight.size();
    long last = log.readable();
    boolean read = room >= WINDOW / 2 && sent < last;
    if (marked < acknowledged && (read || inFlight.isEmpty())) {
      marked = acknowledged;
      log.done(acknowledged);
    }
    if (read) {
      reading = true;
      log.read(room)
          .onComplete(done -> reading = false)
          .onSuccess(
              events -> {
                send(events);
                if (events.isEmpty()) {
                  // The newest ones were dropped.
                  lost(sent + 1, last);
                }
                work();
              });
    }
  }

  private void send(List<EventLog.Kept> events) {
    for (EventLog.Kept event : events) {
      lost(sent + 1, event.number() - 1);
      sent = event.number();
      InFlight flight = new InFlight(sent);
      inFlight.addLast(flight);
      mqtt.publish(topics.event(device, event.subsystem()), event.message())
          .onSuccess(
              done -> {
                own.eventsSent.incrementAndGet();
                gaps.remove(flight.number);
              })
          .onFailure(dropped -> lost(flight.number, flight.number))
          .onComplete(done -> over(flight));
    }
  }

  private void over(InFlight flight) {
    flight.over = true;
    while (!inFlight.isEmpty() && inFlight.getFirst().over) {
      acknowledged = inFlight.removeFirst().number;
    }
    if (depth() == 0) {
      drained.run();
    }
    work();
  }

  /** Counts events that subscribers will never get, and reports them in a gap event. */
  private void lost(long first, long last) {
    if (first > last) {
      return;
    }
    Gap gap = new Gap(last - first + 1, first, last);
    own.eventsDropped.addAndGet(gap.lost);
    sent = Math.max(sent, last);
    Map<Long, Gap> unheard = gaps.subMap(first, true, last, true);
    for (Gap earlier : unheard.values()) {
      gap = gap.and(earlier);
    }
    unheard.clear();
    long number =
        log.happened(
            AgentMetrics.SUBSYSTEM,
            EventName.GAP,
            new JsonObject().put("lost", gap.lost).put("first", gap.first).put("last", gap.last));
    gaps.put(number, gap);
  }
}
