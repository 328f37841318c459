// SPDX-License-Identifier: Apache-2.0
// The audit log of commands: one JSON object a line, with a limit on its size.
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
 * {@code audit.jsonl} is the newest file. A full one becomes {@code audit.1.jsonl}, which becomes
 * {@code audit.2.jsonl}, and so on. Lines are handed to the kernel at once, which writes them to
 * disk later.
 */
public final class AuditLog {
  private static final Logger LOG = System.getLogger(AuditLog.class.getName());

  /** The result of a command whose end the collector does not see. */
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
   * @param maxBytes limit on the total size of the files
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

  /**
   * Ends a line that a crash of the machine has truncated, so that it does not spoil the next one.
   */
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
        // At an explicit position, so that a line that failed halfway is overwritten.
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
   * The last commands with a line, by {@link Target#key}; blocks. Used after a start: a killed
   * collector may have ended a command without logging it here.
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
      LOG.log(Level.DEBUG, "a line of the audit log is not JSON: {0}", line);
    }
  }

  /** Writes everything to disk. */
  public Future<Void> close() {
    return worker.executeBlocking(
        () -> {
          file.force(false);
          file.close();
          return null;
        });
  }
}
