// SPDX-License-Identifier: Apache-2.0
// Commands on disk: those under way, and the ends of the last ones, so that each ends once.
package org.hy300.collector.relay;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.hy300.journal.Journal;

/**
 * Records are JSON objects with the command's {@code id}. Those that are written at the same time
 * reach the disk with one sync. Called on one event loop; the disk is the worker's.
 */
final class CommandJournal {
  private static final Logger LOG = System.getLogger(CommandJournal.class.getName());

  /** Room for everything that may be under way and remembered, twice. */
  private static final long MAX_BYTES = 512L * 1024 * 1024;

  /** The files are written anew when they are larger than this and than twice what they hold. */
  private static final long REWRITE_BYTES = 4 * 1024 * 1024;

  private static final int READ_AT_ONCE = 1000;

  private record Job(String id, Buffer data, Promise<Boolean> taken) {}

  private final WorkerExecutor worker;
  private final RelayMetrics own;
  private final Journal journal;

  /** What is not written yet; belongs to the event loop. */
  private List<Job> jobs = new ArrayList<>();

  private boolean writing;

  /** Records by command, with those in the files; belongs to the worker once there is one. */
  private final Map<String, List<Buffer>> records = new LinkedHashMap<>();

  private long liveBytes;
  private boolean refusing;
  private volatile boolean isWritable;

  /**
   * Reads what earlier runs have left; blocks.
   *
   * @throws IOException when another collector has the directory
   */
  CommandJournal(Vertx vertx, Path directory, RelayMetrics own) throws IOException {
    // One thread keeps the order by itself; Vert.x would keep that of all executors together.
    worker = vertx.createSharedWorkerExecutor("hy300-commands", 1);
    this.own = own;
    journal = new Journal(directory, MAX_BYTES, this::refused);
    isWritable = !refusing;
  }

  private void refused() {
    refusing = true;
    own.journalRefused();
  }

  /** Everything that earlier runs have left, oldest first; to be asked before the first write. */
  List<JsonObject> read() {
    List<JsonObject> all = new ArrayList<>();
    for (List<Journal.Entry> some = journal.read(READ_AT_ONCE);
        !some.isEmpty();
        some = journal.read(READ_AT_ONCE)) {
      for (Journal.Entry entry : some) {
        try {
          JsonObject record = new JsonObject(entry.data());
          all.add(record);
          live(record.getString("id"), entry.data());
        } catch (DecodeException | ClassCastException e) {
          LOG.log(Level.WARNING, "entry {0} of the commands is left out: {1}", entry.number(), e);
        }
      }
    }
    return all;
  }

  /** Whether the disk took the last write. */
  boolean isWritable() {
    return isWritable;
  }

  /**
   * Writes a record.
   *
   * @return whether it is on the disk; when not, it waits in memory for a disk that takes it
   */
  Future<Boolean> write(JsonObject record) {
    Promise<Boolean> taken = Promise.promise();
    jobs.add(new Job(record.getString("id"), record.toBuffer(), taken));
    if (!writing) {
      writeAll();
    }
    return taken.future();
  }

  private void writeAll() {
    List<Job> now = jobs;
    jobs = new ArrayList<>();
    writing = true;
    worker
        .executeBlocking(() -> write(now), false)
        .onComplete(
            done -> {
              boolean taken = done.succeeded() && done.result();
              now.forEach(job -> job.taken.complete(taken));
              writing = false;
              if (!jobs.isEmpty()) {
                writeAll();
              }
            });
  }

  private boolean write(List<Job> now) {
    refusing = false;
    List<Journal.Entry> entries = new ArrayList<>();
    long number = journal.last();
    for (Job job : now) {
      entries.add(new Journal.Entry(++number, job.data));
      live(job.id, job.data);
    }
    journal.append(entries);
    journal.sync();
    isWritable = !refusing;
    own.journalBytes(journal.bytes());
    if (!refusing && journal.bytes() > REWRITE_BYTES && journal.bytes() > 2 * liveBytes) {
      rewrite();
    }
    return isWritable;
  }

  private void live(String id, Buffer data) {
    records.computeIfAbsent(id, first -> new ArrayList<>()).add(data);
    liveBytes += data.length();
  }

  /** Lets go of a command that has ended. */
  void forget(String id) {
    worker.executeBlocking(
        () -> {
          List<Buffer> gone = records.remove(id);
          if (gone != null) {
            liveBytes -= gone.stream().mapToLong(Buffer::length).sum();
          }
          return null;
        },
        false);
  }

  private void rewrite() {
    List<Journal.Entry> entries = new ArrayList<>();
    long number = journal.last();
    for (List<Buffer> command : records.values()) {
      for (Buffer record : command) {
        entries.add(new Journal.Entry(++number, record));
      }
    }
    journal.replaceBy(entries);
  }

  /** Writes what waits, and lets go of the directory. */
  Future<Void> close() {
    // The worker has one thread: this comes after what it is writing, and before the end.
    writeAll();
    return worker.executeBlocking(
        () -> {
          journal.close();
          return null;
        },
        false);
  }
}
