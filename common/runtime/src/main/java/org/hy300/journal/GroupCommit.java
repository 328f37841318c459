// SPDX-License-Identifier: Apache-2.0
// Writes a journal on a thread of its own: entries that come at the same time with one sync.
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
 * While a batch is being written, what comes waits and is the next one. Entries are handed to the
 * kernel at once, so that they survive the end of the program, and are answered for when they are
 * synced. Belongs to one event loop, which never waits for the disk.
 */
public final class GroupCommit {
  private static final Logger LOG = System.getLogger(GroupCommit.class.getName());

  /**
   * One entry on its way.
   *
   * @param outcome null when nobody waits for the disk
   */
  private record Waiting(Journal.Entry entry, Promise<Boolean> outcome) {}

  /** What a step on the thread has found, and the size of the files after it. */
  private record Step<T>(T result, long bytes) {}

  private final Vertx vertx;
  private final String name;
  private final WorkerExecutor thread;
  private final Journal journal;
  private final long pauseMs;
  private final int most;
  private final Deque<Waiting> waiting = new ArrayDeque<>();

  /** Of entries that the kernel has and the disk may not have. */
  private List<Promise<Boolean>> unsynced = new ArrayList<>();

  private long newest;
  private long bytes;
  private boolean writable;
  private long syncNanos;
  private boolean writing;
  private boolean syncDue;
  private boolean rewriting;
  private boolean closed;

  /** Syncs after each batch, and has room for everything that waits. */
  public GroupCommit(Vertx vertx, String name, Journal journal) {
    this(vertx, name, journal, 0, Integer.MAX_VALUE);
  }

  /**
   * Goes on where the journal ends; only this may use it from now on.
   *
   * @param name of the thread
   * @param pauseMs the least time from one sync to the next
   * @param most entries that may wait for the thread: a disk that hangs must not eat the memory
   */
  public GroupCommit(Vertx vertx, String name, Journal journal, long pauseMs, int most) {
    this.vertx = vertx;
    this.name = name;
    this.journal = journal;
    this.pauseMs = pauseMs;
    this.most = most;
    // One thread keeps the order by itself. Vert.x would keep that of all executors together, and
    // so have the journal wait for drivers that take their time with a store.
    thread = vertx.createSharedWorkerExecutor(name, 1);
    newest = journal.last();
    bytes = journal.bytes();
    writable = journal.isWritable();
    syncNanos = System.nanoTime() - TimeUnit.MILLISECONDS.toNanos(pauseMs);
  }

  /** The number of the newest entry; the next one has the next number. */
  public long newest() {
    return newest;
  }

  /** Size of the files together, as the last step has left them. */
  public long bytes() {
    return bytes;
  }

  /** Whether the disk has taken what it was given last. */
  public boolean isWritable() {
    return writable;
  }

  /**
   * Writes an entry.
   *
   * @return whether it is on the disk; when not, it waits in memory for a disk that takes it. Fails
   *     when it is lost: too many waited, or the journal is closed
   */
  public Future<Boolean> write(Buffer data) {
    Promise<Boolean> outcome = Promise.promise();
    add(data, outcome);
    return outcome.future();
  }

  /** Hands an entry to the kernel, and leaves it to the next sync. */
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

  /** Begins the next batch, unless one is being written. */
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

  /** The entries that follow those read before and are on the disk, oldest first. */
  public Future<List<Journal.Entry>> read(int atMost) {
    return onThread(() -> journal.read(atMost));
  }

  /** The entries with these numbers that are still there, oldest first, at most so many. */
  public Future<List<Journal.Entry>> range(long first, long last, int most) {
    return onThread(() -> journal.range(first, last, most));
  }

  /** Says that the entries up to this number are done, and need not be read again. */
  public void done(long number) {
    onThread(
        () -> {
          journal.done(number);
          return null;
        });
  }

  /**
   * Writes the files anew, without what no longer counts, when they are larger than this and than
   * twice what counts.
   *
   * @param live the entries that count, with all that were given to {@link #write} before
   */
  public void rewrite(long largest, long liveBytes, Supplier<List<Buffer>> live) {
    if (rewriting || closed || !writable || bytes <= Math.max(largest, 2 * liveBytes)) {
      return;
    }
    rewriting = true;
    // What waits is among the entries that count, and must not come after them once more.
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

  /** Puts everything on the disk and lets go of the journal; what comes later is lost. */
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
