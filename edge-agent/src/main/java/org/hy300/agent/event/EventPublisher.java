// SPDX-License-Identifier: Apache-2.0
// Numbers events, keeps them in the journal until the broker has them, and sends them in order.
package org.hy300.agent.event;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.hy300.agent.metrics.AgentMetrics;
import org.hy300.contract.EventMessage;
import org.hy300.contract.EventName;
import org.hy300.contract.Topics;
import org.hy300.journal.Journal;
import org.hy300.mqtt.MqttSession;

/**
 * An event is written at once, synced at most every {@value #SYNC_MS} ms, and sent when it is on
 * the disk: no number that a subscriber has seen is given twice. Belongs to the event loop; the
 * journal's part is done on its worker, one batch at a time.
 */
public final class EventPublisher {
  private static final Logger LOG = System.getLogger(EventPublisher.class.getName());

  /** Most events that the session has and the broker has not acknowledged. */
  private static final int WINDOW = 32;

  /** Most events that wait for the worker: a disk that hangs must not eat the memory. */
  private static final int WAITING = 2000;

  private static final long SYNC_MS = 250;
  private static final byte SEPARATOR = '\n';

  private final Vertx vertx;
  private final WorkerExecutor worker;
  private final Journal journal;
  private final MqttSession mqtt;
  private final Topics topics;
  private final String device;
  private final String session;
  private final AgentMetrics own;
  private final Runnable drained;

  private final Deque<Journal.Entry> waiting = new ArrayDeque<>();
  private final Deque<InFlight> inFlight = new ArrayDeque<>();

  /** What each `gap` says that the broker does not have yet, by its number: it may be lost too. */
  private final NavigableMap<Long, Gap> gaps = new TreeMap<>();

  /** Numbers of the newest event that is known, on the disk, handed to the session, done. */
  private long seq;

  private long synced;
  private long sent;
  private long acknowledged;

  /** What the journal has been told to be done. */
  private long marked;

  private long syncNanos = System.nanoTime() - SYNC_MS * 1_000_000;
  private boolean working;
  private boolean syncDue;
  private boolean closed;

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
   * Creates a publisher that goes on where the journal ends.
   *
   * @param worker of one thread, for the journal blocks
   * @param session makes identifiers unique over restarts
   * @param drained called when the broker has everything
   */
  public EventPublisher(
      Vertx vertx,
      WorkerExecutor worker,
      Journal journal,
      MqttSession mqtt,
      Topics topics,
      String device,
      String session,
      AgentMetrics own,
      Runnable drained) {
    this.vertx = vertx;
    this.worker = worker;
    this.journal = journal;
    this.mqtt = mqtt;
    this.topics = topics;
    this.device = device;
    this.session = session;
    this.own = own;
    this.drained = drained;
    seq = journal.last();
    synced = seq;
    sent = journal.done();
    acknowledged = sent;
    marked = sent;
  }

  /** Publishes what has just happened. */
  public void happened(String subsystem, EventName event, JsonObject data) {
    happened(subsystem, event, data, Instant.now());
  }

  /** Publishes what happened then. */
  public void happened(String subsystem, EventName event, JsonObject data, Instant time) {
    own.events.incrementAndGet();
    LOG.log(Level.INFO, "{0}: {1} {2}", subsystem, event.word(), data.encode());
    seq++;
    EventMessage message = new EventMessage(session + "-" + seq, seq, time, event.word(), data);
    Buffer entry = Buffer.buffer(subsystem).appendByte(SEPARATOR).appendBuffer(message.toBuffer());
    waiting.addLast(new Journal.Entry(seq, entry));
    if (waiting.size() > WAITING) {
      // The hole in the numbers is found, counted and announced when it is read.
      waiting.removeFirst();
    }
    work();
  }

  /** The number of the newest event. */
  long newest() {
    return seq;
  }

  /** Events that the broker does not have yet. */
  public long depth() {
    return seq - acknowledged;
  }

  /** Puts everything on the disk; what happens later is lost. */
  public Future<Void> close() {
    closed = true;
    List<Journal.Entry> batch = List.copyOf(waiting);
    long done = acknowledged;
    return worker.executeBlocking(
        () -> {
          journal.append(batch);
          journal.done(done);
          journal.close();
          return null;
        },
        false);
  }

  /** Gives the worker what there is to do, unless it is at it. */
  private void work() {
    if (working || closed) {
      return;
    }
    long rest = SYNC_MS - (System.nanoTime() - syncNanos) / 1_000_000;
    boolean sync = synced < seq && rest <= 0;
    int room = WINDOW - inFlight.size();
    boolean read = room >= WINDOW / 2 && sent < (sync ? seq : synced);
    boolean mark = marked < acknowledged && (read || inFlight.isEmpty());
    if (waiting.isEmpty() && !sync && !read && !mark) {
      if (synced < seq && !syncDue) {
        syncDue = true;
        vertx.setTimer(
            rest,
            timer -> {
              syncDue = false;
              work();
            });
      }
      return;
    }
    working = true;
    List<Journal.Entry> batch = new ArrayList<>(waiting);
    waiting.clear();
    long newest = seq;
    long done = acknowledged;
    worker
        .executeBlocking(
            () -> {
              journal.append(batch);
              if (mark) {
                journal.done(done);
              }
              if (sync) {
                journal.sync();
              }
              return read ? journal.read(room) : List.<Journal.Entry>of();
            },
            false)
        .onComplete(
            worked -> {
              if (mark) {
                marked = done;
              }
              if (sync) {
                synced = newest;
                syncNanos = System.nanoTime();
              }
              if (worked.succeeded()) {
                worked.result().forEach(this::send);
              } else {
                LOG.log(Level.ERROR, "the journal of events failed", worked.cause());
              }
              if (read && worked.succeeded() && worked.result().isEmpty()) {
                // The newest ones were dropped.
                lost(sent + 1, synced);
              }
              working = false;
              work();
            });
  }

  private void send(Journal.Entry entry) {
    lost(sent + 1, entry.number() - 1);
    sent = entry.number();
    Buffer data = entry.data();
    int separator = 0;
    while (data.getByte(separator) != SEPARATOR) {
      separator++;
    }
    String subsystem = data.getString(0, separator);
    Buffer payload = data.slice(separator + 1, data.length());
    InFlight flight = new InFlight(sent);
    inFlight.addLast(flight);
    mqtt.publish(topics.event(device, subsystem), payload)
        .onSuccess(
            done -> {
              own.eventsSent.incrementAndGet();
              gaps.remove(flight.number);
            })
        .onFailure(dropped -> lost(flight.number, flight.number))
        .onComplete(done -> over(flight));
  }

  private void over(InFlight flight) {
    flight.over = true;
    while (!inFlight.isEmpty() && inFlight.getFirst().over) {
      acknowledged = inFlight.removeFirst().number;
    }
    if (acknowledged == seq) {
      drained.run();
    }
    work();
  }

  /** Counts what the subscribers will never see, and tells them. */
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
    gaps.put(seq + 1, gap);
    happened(
        AgentMetrics.SUBSYSTEM,
        EventName.GAP,
        new JsonObject().put("lost", gap.lost).put("first", gap.first).put("last", gap.last));
  }
}
