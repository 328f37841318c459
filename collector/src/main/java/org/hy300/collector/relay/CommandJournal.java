// SPDX-License-Identifier: Apache-2.0
// Commands on disk: pending ones, and the ends of the last ones, so that each ends once.
package org.hy300.collector.relay;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
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
import org.hy300.journal.GroupCommit;
import org.hy300.journal.Journal;

/**
 * Records are JSON objects with the command's {@code id}. Belongs to the event loop. Records that
 * are written at the same time share one sync.
 */
final class CommandJournal {
  private static final Logger LOG = System.getLogger(CommandJournal.class.getName());

  /** Twice the room for all pending and remembered commands. */
  private static final long MAX_BYTES = 512L * 1024 * 1024;

  /** The files are rewritten when they exceed both this size and twice their live content. */
  private static final long REWRITE_BYTES = 4 * 1024 * 1024;

  private static final int READ_AT_ONCE = 1000;

  private final RelayMetrics own;
  private final List<JsonObject> found = new ArrayList<>();
  private final GroupCommit commit;

  /** Records by command, including those that are being written. */
  private final Map<String, List<Buffer>> records = new LinkedHashMap<>();

  private long liveBytes;

  /**
   * Reads the records of earlier runs; blocks.
   *
   * @throws IOException when another collector uses the directory
   */
  CommandJournal(Vertx vertx, Path directory, RelayMetrics own) throws IOException {
    this.own = own;
    Journal journal = new Journal(directory, MAX_BYTES, own::journalFailed, own::journalFailed);
    for (List<Journal.Entry> some = journal.read(READ_AT_ONCE);
        !some.isEmpty();
        some = journal.read(READ_AT_ONCE)) {
      some.forEach(this::learn);
    }
    commit = new GroupCommit(vertx, "hy300-commands", journal);
  }

  private void learn(Journal.Entry entry) {
    try {
      JsonObject record = new JsonObject(entry.data());
      found.add(record);
      live(record.getString("id"), entry.data());
    } catch (DecodeException | ClassCastException e) {
      LOG.log(Level.WARNING, "entry {0} of the commands is left out: {1}", entry.number(), e);
    }
  }

  /** All records of earlier runs, oldest first; returned only once, because they may be large. */
  List<JsonObject> takeFound() {
    List<JsonObject> taken = List.copyOf(found);
    found.clear();
    return taken;
  }

  /** Whether the last write to the disk succeeded. */
  boolean isWritable() {
    return commit.isWritable();
  }

  /**
   * Writes a record.
   *
   * @return whether it is on disk; if not, it waits in memory until the disk works again
   */
  Future<Boolean> write(JsonObject record) {
    Buffer data = record.toBuffer();
    live(record.getString("id"), data);
    return commit
        .write(data)
        .otherwise(false)
        .onSuccess(
            taken -> {
              own.journalBytes(commit.bytes());
              commit.rewrite(REWRITE_BYTES, liveBytes, this::all);
            });
  }

  private void live(String id, Buffer data) {
    records.computeIfAbsent(id, first -> new ArrayList<>()).add(data);
    liveBytes += data.length();
  }

  /** Removes a command that has ended. */
  void forget(String id) {
    List<Buffer> gone = records.remove(id);
    if (gone != null) {
      liveBytes -= gone.stream().mapToLong(Buffer::length).sum();
    }
  }

  private List<Buffer> all() {
    return records.values().stream().flatMap(List::stream).toList();
  }

  /** Writes pending records, and releases the directory. */
  Future<Void> close() {
    return commit.close();
  }
}
