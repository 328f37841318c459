// SPDX-License-Identifier: Apache-2.0
// Numbers events and keeps them on the disk until they are done.
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
 * An event is written at once and synced at most every {@value #SYNC_MS} ms. It can be read when it
 * is on the disk: no number that a subscriber has seen is given twice. Belongs to the event loop.
 */
public final class EventLog {
  private static final Logger LOG = System.getLogger(EventLog.class.getName());

  /** Most events that wait for the disk; the hole that the oldest leaves is found by the reader. */
  private static final int WAITING = 2000;

  private static final long SYNC_MS = 250;
  private static final byte SEPARATOR = '\n';

  /** An event as it was kept. */
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
   * Creates a log that goes on where the journal ends.
   *
   * @param session makes identifiers unique over restarts
   */
  public EventLog(Vertx vertx, Journal journal, String session, AgentMetrics own) {
    this.session = session;
    this.own = own;
    doneBefore = journal.done();
    commit = new GroupCommit(vertx, "event-journal", journal, SYNC_MS, WAITING);
    readable = commit.newest();
  }

  /** Keeps what has just happened. */
  public long happened(String subsystem, EventName event, JsonObject data) {
    return happened(subsystem, event, data, Instant.now());
  }

  /**
   * Keeps what happened then.
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
              // Those that the disk did not take are read from memory.
              readable = number;
              reader.run();
            });
    return number;
  }

  /** The number of the newest event. */
  public long newest() {
    return commit.newest();
  }

  /** Up to which number all events can be read that are not lost. */
  long readable() {
    return readable;
  }

  /** Up to which number the events were done when the program started. */
  long doneBefore() {
    return doneBefore;
  }

  /** Who is called when {@link #readable} has grown. */
  void setReader(Runnable reader) {
    this.reader = reader;
  }

  /** The events after those read before, oldest first. */
  Future<List<Kept>> read(int most) {
    return commit.read(most).map(entries -> entries.stream().map(Kept::of).toList());
  }

  /** The events of these numbers that are still kept, oldest first, at most so many. */
  Future<List<Kept>> range(long first, long last, int most) {
    return commit.range(first, last, most).map(entries -> entries.stream().map(Kept::of).toList());
  }

  /** Says that the events up to this number need not be kept any longer. */
  void done(long number) {
    commit.done(number);
  }

  /** Puts everything on the disk; what happens later is lost. */
  Future<Void> close() {
    return commit.close();
  }
}
