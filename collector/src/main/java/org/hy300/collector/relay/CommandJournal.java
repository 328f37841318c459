// SPDX-License-Identifier: Apache-2.0
// Commands on disk: those under way, and the ends of the last ones, so that each ends once.
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
 * Records are JSON objects with the command's {@code id}. Belongs to the event loop; those that are
 * written at the same time reach the disk with one sync.
 */
final class CommandJournal {
  private static final Logger LOG = System.getLogger(CommandJournal.class.getName());

  /** Room for everything that may be under way and remembered, twice. */
  private static final long MAX_BYTES = 512L * 1024 * 1024;

  /** The files are written anew when they are larger than this and than twice what they hold. */
  private static final long REWRITE_BYTES = 4 * 1024 * 1024;

  private static final int READ_AT_ONCE = 1000;

  private final RelayMetrics own;
  private final List<JsonObject> found = new ArrayList<>();
  private final GroupCommit commit;

  /** Records by command, those that are being written, too. */
  private final Map<String, List<Buffer>> records = new LinkedHashMap<>();

  private long liveBytes;

  /**
   * Reads what earlier runs have left; blocks.
   *
   * @throws IOException when another collector has the directory
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

  /** Everything that earlier runs have left, oldest first; given once, for it may be much. */
  List<JsonObject> takeFound() {
    List<JsonObject> taken = List.copyOf(found);
    found.clear();
    return taken;
  }

  /** Whether the disk took the last write. */
  boolean isWritable() {
    return commit.isWritable();
  }

  /**
   * Writes a record.
   *
   * @return whether it is on the disk; when not, it waits in memory for a disk that takes it
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

  /** Lets go of a command that has ended. */
  void forget(String id) {
    List<Buffer> gone = records.remove(id);
    if (gone != null) {
      liveBytes -= gone.stream().mapToLong(Buffer::length).sum();
    }
  }

  private List<Buffer> all() {
    return records.values().stream().flatMap(List::stream).toList();
  }

  /** Writes what waits, and lets go of the directory. */
  Future<Void> close() {
    return commit.close();
  }
}
