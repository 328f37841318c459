// SPDX-License-Identifier: Apache-2.0
// Who asked for what, when, and what came of it: one JSON object a line, bounded on the disk.
package org.hy300.collector.relay;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.Stream;

/**
 * {@code audit.jsonl} is the newest file; a full one becomes {@code audit.1.jsonl}, that one {@code
 * audit.2.jsonl}, and so on. Lines are handed to the kernel at once and reach the disk with it.
 */
public final class AuditLog {
  private static final Logger LOG = System.getLogger(AuditLog.class.getName());

  /** The result of a command whose end is not awaited here. */
  static final String PUBLISHED = "published";

  private static final String NAME = "audit.jsonl";
  private static final int OLDER_FILES = 7;

  private final Path directory;
  private final long maxFileBytes;
  private final WorkerExecutor worker;
  private final RelayMetrics own;
  private FileChannel file;
  private long length;
  private boolean failing;

  /**
   * Opens the log; blocks.
   *
   * @param maxBytes most that all files take together
   */
  public AuditLog(Vertx vertx, Path directory, long maxBytes, RelayMetrics own) throws IOException {
    this.directory = directory;
    maxFileBytes = maxBytes / (OLDER_FILES + 1);
    worker = vertx.createSharedWorkerExecutor("hy300-audit", 1);
    this.own = own;
    Files.createDirectories(directory);
    open();
  }

  private Path file(int age) {
    return directory.resolve(age == 0 ? NAME : "audit." + age + ".jsonl");
  }

  private void open() throws IOException {
    file =
        FileChannel.open(
            file(0),
            StandardOpenOption.CREATE,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE,
            LinkOption.NOFOLLOW_LINKS);
    length = file.size();
    endTornLine();
  }

  /** A line that a killed machine has left half written must not spoil the next one. */
  private void endTornLine() throws IOException {
    ByteBuffer last = ByteBuffer.allocate(1);
    if (length > 0 && file.read(last, length - 1) == 1 && last.get(0) != '\n') {
      length += file.write(ByteBuffer.wrap(new byte[] {'\n'}), length);
    }
  }

  /** Writes a line. */
  public void write(JsonObject line) {
    worker.executeBlocking(
        () -> {
          append(line);
          return null;
        });
  }

  private void append(JsonObject line) {
    byte[] bytes = (line.encode() + "\n").getBytes(StandardCharsets.UTF_8);
    try {
      if (length > 0 && length + bytes.length > maxFileBytes) {
        rotate();
      }
      ByteBuffer rest = ByteBuffer.wrap(bytes);
      int written = 0;
      while (rest.hasRemaining()) {
        // At a place of its own, so that a line that failed half-way is written over.
        written += file.write(rest, length + written);
      }
      length += written;
      failing = false;
    } catch (IOException e) {
      own.auditFailed();
      if (!failing) {
        failing = true;
        LOG.log(
            Level.ERROR,
            "audit log {0} takes nothing: {1}; lines are lost until it does, the first is {2}",
            file(0),
            e.getMessage(),
            line.encode());
      }
    }
  }

  private void rotate() throws IOException {
    file.force(false);
    file.close();
    for (int age = OLDER_FILES; age > 0; age--) {
      if (Files.exists(file(age - 1))) {
        Files.move(file(age - 1), file(age), StandardCopyOption.REPLACE_EXISTING);
      }
    }
    open();
  }

  /**
   * Which of the last commands have their line, by {@link Target#key}; blocks. Of use right after a
   * start: a collector that was killed may have ended a command and not said so here.
   */
  Set<String> ended() throws IOException {
    Set<String> keys = new HashSet<>();
    for (int age = 0; age <= 1; age++) {
      if (Files.exists(file(age))) {
        try (Stream<String> lines = Files.lines(file(age), StandardCharsets.ISO_8859_1)) {
          lines.forEach(line -> key(line, keys));
        }
      }
    }
    return keys;
  }

  private static void key(String line, Set<String> keys) {
    try {
      JsonObject json = new JsonObject(line);
      if (json.getValue("id") instanceof String id
          && json.getValue("device") instanceof String device
          && !PUBLISHED.equals(json.getValue("result"))) {
        keys.add(Target.key(device, id));
      }
    } catch (DecodeException | ClassCastException e) {
      LOG.log(Level.DEBUG, "a line of the audit log is no JSON: {0}", line);
    }
  }

  /** Puts everything on the disk. */
  public Future<Void> close() {
    return worker.executeBlocking(
        () -> {
          file.force(false);
          file.close();
          return null;
        });
  }
}
