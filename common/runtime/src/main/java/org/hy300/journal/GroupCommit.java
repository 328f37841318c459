// SPDX-License-Identifier: Apache-2.0
// Writes a journal on a thread of its own, with one sync for entries that arrive together.
package org.hy300.journal;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Entries that arrive while a batch is written form the next batch. Entries are handed to the
 * kernel at once, so that they survive the end of the program, and complete once they are synced.
 * Belongs to one event loop, which never waits for the disk.
 */
public final class GroupCommit {
  private static final Logger LOG = System.getLogger(GroupCommit.class.getName());

  /**
   * One pending entry.
   *
   * @param outcome null if nobody waits for the disk
   */
  private record Waiting(Journal.Entry entry, Promise<Boolean> outcome) {}

  /** The result of a step on the thread, and the size of the files after it. */
  private record Step<T>(T result, long bytes) {}

  private final Vertx vertx;
  private final String name;
  private final WorkerExecutor thread;
  private final Journal journal;
  private final long pauseMs;
  private final int most;
  private final Deque<Waiting> waiting = new ArrayDeque<>();

  /** Outcomes of entries that are handed to the kernel and not synced yet. */
  private List<Promise<Boolean>> unsynced = new ArrayList<>();

  private long newest;
  private long bytes;
  private boolean writable;
  private long syncNanos;
  private boolean writing;
  private boolean syncDue;
  private boolean rewriting;
  private boolean closed;

  /** Syncs after each batch, and has no limit on pending entries. */
  public GroupCommit(Vertx vertx, String name, Journal journal) {
    this(vertx, name, journal, 0, Integer.MAX_VALUE);
  }

  /**
   * Continues at the end of the journal, which nothing else may use from now on.
   *
   * @param name of the thread
   * @param pauseMs the shortest time between two syncs
   * @param most limit on pending entries, so that a hanging disk does not exhaust the memory
   */
  public GroupCommit(Vertx vertx, String name, Journal journal, long pauseMs, int most) {
    this.vertx = vertx;
    this.name = name;
    this.journal = journal;
    this.pauseMs = pauseMs;
    this.most = most;
    // A single thread keeps the order. Vert.x's own ordering spans all executors, so the journal
    // would wait for slow writes to drivers.
    thread = vertx.createSharedWorkerExecutor(name, 1);
    newest = journal.last();
    bytes = journal.bytes();
    writable = journal.isWritable();
    syncNanos = System.nanoTime() - TimeUnit.MILLISECONDS.toNanos(pauseMs);
  }

  /** The number of the newest entry; the next entry gets the next number. */
  public long newest() {
    return newest;
  }

  /** Total size of the files after the last step. */
  public long bytes() {
    return bytes;
  }

  /** Whether the last write to the disk succeeded. */
  public boolean isWritable() {
    return writable;
  }

  /**
   * Writes an entry.
   *
   * @return whether it is on disk; if not, it waits in memory until the disk works again. Fails if
   *     the entry is lost: too many were pending, or the journal is closed
   */
  public Future<Boolean> write(Buffer data) {
    Promise<Boolean> outcome = Promise.promise();
    add(data, outcome);
    return outcome.future();
  }

  /** Hands an entry to the kernel; the next sync includes it. */
  public void append(Buffer data) {
    add(data, null);
  }

  private void add(Buffer data, Promise<Boolean> outcome) {
    Waiting added = new Waiting(new Journal.Entry(++newest, data), outcome);
    if (closed) {
      lose(added, "the journal is closed");
      return;
    }
    waiting.addLast(added);
    if (waiting.size() > most) {
      lose(waiting.removeFirst(), "too many entries wait for the disk");
    }
    next();
  }

  private static void lose(Waiting entry, String why) {
    if (entry.outcome != null) {
      entry.outcome.fail(new IOException(why));
    }
  }

  /** Starts the next batch, unless one is being written. */
  private void next() {
    if (writing || closed) {
      return;
    }
    long rest = pauseMs - TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - syncNanos);
    boolean asked = !unsynced.isEmpty() || waiting.stream().anyMatch(w -> w.outcome != null);
    boolean sync = asked && rest <= 0;
    if (sync || !waiting.isEmpty()) {
      writeBatch(sync);
    } else if (asked && !syncDue) {
      syncDue = true;
      vertx.setTimer(
          rest,
          timer -> {
            syncDue = false;
            next();
          });
    }
  }

  private void writeBatch(boolean sync) {
    List<Journal.Entry> batch = new ArrayList<>();
    for (Waiting next : waiting) {
      batch.add(next.entry);
      if (next.outcome != null) {
        unsynced.add(next.outcome);
      }
    }
    waiting.clear();
    List<Promise<Boolean>> answered = unsynced;
    unsynced = sync ? new ArrayList<>() : unsynced;
    writing = true;
    onThread(
            () -> {
              journal.append(batch);
              return sync && journal.sync();
            })
        .onComplete(
            done -> {
              if (done.failed()) {
                answered.forEach(outcome -> outcome.tryFail(done.cause()));
                unsynced.removeAll(answered);
              } else if (sync) {
                syncNanos = System.nanoTime();
                writable = done.result();
                answered.forEach(outcome -> outcome.tryComplete(done.result()));
              }
              writing = false;
              next();
            });
  }

  /** The next entries on disk after those already read, oldest first. */
  public Future<List<Journal.Entry>> read(int atMost) {
    return onThread(() -> journal.read(atMost));
  }

  /** The remaining entries with these numbers, oldest first, up to a maximum. */
  public Future<List<Journal.Entry>> range(long first, long last, int most) {
    return onThread(() -> journal.range(first, last, most));
  }

  /** Marks the entries up to this number as done; they need not be read again. */
  public void done(long number) {
    onThread(
        () -> {
          journal.done(number);
          return null;
        });
  }

  /**
   * Rewrites the files with the live entries only, when they exceed both this size and twice the
   * live content.
   *
   * @param live the live entries, including all that were given to {@link #write} before
   */
  public void rewrite(long largest, long liveBytes, Supplier<List<Buffer>> live) {
    if (rewriting || closed || !writable || bytes <= Math.max(largest, 2 * liveBytes)) {
      return;
    }
    rewriting = true;
    // Pending entries are among the live ones, and must not be written again after them.
    writeBatch(true);
    List<Journal.Entry> entries = new ArrayList<>();
    for (Buffer data : live.get()) {
      entries.add(new Journal.Entry(++newest, data));
    }
    onThread(
            () -> {
              if (journal.isWritable()) {
                journal.replaceBy(entries);
              }
              return null;
            })
        .onComplete(done -> rewriting = false);
  }

  /** Writes everything to disk and releases the journal; later entries are lost. */
  public Future<Void> close() {
    writeBatch(true);
    closed = true;
    return this.<Void>onThread(
            () -> {
              journal.close();
              return null;
            })
        .eventually(thread::close);
  }

  private <T> Future<T> onThread(Callable<T> step) {
    return thread
        .executeBlocking(() -> new Step<>(step.call(), journal.bytes()), false)
        .onFailure(error -> LOG.log(Level.ERROR, name + ": the journal has failed", error))
        .map(
            done -> {
              bytes = done.bytes;
              return done.result;
            });
  }
}
