// SPDX-License-Identifier: Apache-2.0
// Numbers events and keeps them on disk until they are done.
package org.hy300.agent.event;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Instant;
import java.util.List;
import org.hy300.agent.metrics.AgentMetrics;
import org.hy300.contract.EventMessage;
import org.hy300.contract.EventName;
import org.hy300.journal.GroupCommit;
import org.hy300.journal.Journal;

/**
 * An event is written at once and synced at most every {@value #SYNC_MS} ms. It can be read only
 * when it is on disk, so no number that a subscriber has seen is used twice. Belongs to the event
 * loop.
 */
public final class EventLog {
  private static final Logger LOG = System.getLogger(EventLog.class.getName());

  /** Most events that wait for the disk. The oldest is dropped; the reader finds the hole. */
  private static final int WAITING = 2000;

  private static final long SYNC_MS = 250;
  private static final byte SEPARATOR = '\n';

  /** A stored event. */
  record Kept(long number, String subsystem, Buffer message) {
    private static Kept of(Journal.Entry entry) {
      Buffer data = entry.data();
      int separator = 0;
      while (data.getByte(separator) != SEPARATOR) {
        separator++;
      }
      return new Kept(
          entry.number(), data.getString(0, separator), data.slice(separator + 1, data.length()));
    }
  }

  private final GroupCommit commit;
  private final String session;
  private final AgentMetrics own;
  private final long doneBefore;
  private long readable;
  private Runnable reader = () -> {};

  /**
   * Creates a log that continues at the end of the journal.
   *
   * @param session makes identifiers unique across restarts
   */
  public EventLog(Vertx vertx, Journal journal, String session, AgentMetrics own) {
    this.session = session;
    this.own = own;
    doneBefore = journal.done();
    commit = new GroupCommit(vertx, "event-journal", journal, SYNC_MS, WAITING);
    readable = commit.newest();
  }

  /** Stores an event that happened now. */
  public long happened(String subsystem, EventName event, JsonObject data) {
    return happened(subsystem, event, data, Instant.now());
  }

  /**
   * Stores an event that happened at that time.
   *
   * @return the event's number
   */
  public long happened(String subsystem, EventName event, JsonObject data, Instant time) {
    own.events.incrementAndGet();
    LOG.log(Level.INFO, "{0}: {1} {2}", subsystem, event.word(), data.encode());
    long number = commit.newest() + 1;
    EventMessage message =
        new EventMessage(session + "-" + number, number, time, event.word(), data);
    commit
        .write(Buffer.buffer(subsystem).appendByte(SEPARATOR).appendBuffer(message.toBuffer()))
        .onSuccess(
            taken -> {
              // Events that the disk refused are read from memory.
              readable = number;
              reader.run();
            });
    return number;
  }

  /** The number of the newest event. */
  public long newest() {
    return commit.newest();
  }

  /** All events up to this number can be read, except for lost ones. */
  long readable() {
    return readable;
  }

  /** All events up to this number were done when the program started. */
  long doneBefore() {
    return doneBefore;
  }

  /** Sets the callback for when {@link #readable} has grown. */
  void setReader(Runnable reader) {
    this.reader = reader;
  }

  /** The events after those read before, oldest first. */
  Future<List<Kept>> read(int most) {
    return commit.read(most).map(entries -> entries.stream().map(Kept::of).toList());
  }

  /** The stored events with these numbers, oldest first, up to a maximum. */
  Future<List<Kept>> range(long first, long last, int most) {
    return commit.range(first, last, most).map(entries -> entries.stream().map(Kept::of).toList());
  }

  /** Marks the events up to this number as done; they can be deleted. */
  void done(long number) {
    commit.done(number);
  }

  /** Writes everything to disk; later events are lost. */
  Future<Void> close() {
    return commit.close();
  }
}
