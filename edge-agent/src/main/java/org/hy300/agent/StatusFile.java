// SPDX-License-Identifier: Apache-2.0
// The state of a running agent, in a small file that `hy300-agent --status` reads.
package org.hy300.agent;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.InputStream;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import org.hy300.file.OwnFile;

/** One file for each device, since several agents may run on one machine. Every call blocks. */
final class StatusFile {
  /** The file is written this often, and when the connection is made or lost. */
  static final long PERIOD_MS = 10_000;

  /** If the file is older than this, the agent hangs. */
  private static final Duration SILENT = Duration.ofSeconds(45);

  /** Exit statuses of the Linux Standard Base for the `status` action of a service. */
  private static final int HEALTHY = 0;

  private static final int UNHEALTHY = 1;
  private static final int NOT_RUNNING = 3;
  private static final int LONGEST = 64 * 1024;

  private static final Logger LOG = System.getLogger(StatusFile.class.getName());

  private final Path file;
  private final String device;
  private boolean refusalTold;

  StatusFile(Path directory, String device) {
    this.device = device;
    file = directory.resolve(device + ".json");
  }

  /**
   * Replaces the file atomically. If that fails, the agent goes on and logs it once.
   *
   * @param doing one line
   */
  void write(boolean connected, String doing) {
    try {
      put(connected, doing);
    } catch (IOException e) {
      if (!refusalTold) {
        refusalTold = true;
        LOG.log(
            Level.WARNING,
            "{0} cannot be written ({1}), and --status will not work; give another"
                + " --run-directory",
            file,
            e.toString());
      }
    }
  }

  private void put(boolean connected, String doing) throws IOException {
    JsonObject status =
        new JsonObject()
            .put("pid", ProcessHandle.current().pid())
            .put("connected", connected)
            .put("doing", doing);
    OwnFile.replace(file, status.toBuffer().getBytes());
  }

  /** Deletes the file, which marks a clean end. */
  void delete() {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      LOG.log(Level.WARNING, "{0} cannot be deleted: {1}", file, e.toString());
    }
  }

  /**
   * The agent's health.
   *
   * @param exit 0 healthy, 1 unhealthy, 3 not running
   * @param line the same as text
   */
  record Verdict(int exit, String line) {}

  /** Judges the agent by the last file that it wrote. */
  Verdict read() throws IOException {
    JsonObject status;
    Duration age;
    try (InputStream in = Files.newInputStream(file, LinkOption.NOFOLLOW_LINKS)) {
      status = new JsonObject(Buffer.buffer(in.readNBytes(LONGEST)));
      age =
          Duration.between(
              Files.getLastModifiedTime(file, LinkOption.NOFOLLOW_LINKS).toInstant(),
              Instant.now());
    } catch (NoSuchFileException e) {
      return new Verdict(NOT_RUNNING, device + ": no agent runs, for there is no " + file);
    } catch (DecodeException e) {
      throw new IOException(file + " is not what an agent writes", e);
    }
    long pid = status.getLong("pid", 0L);
    if (ProcessHandle.of(pid).isEmpty()) {
      return new Verdict(
          UNHEALTHY, device + ": the agent, process " + pid + ", has ended unexpectedly");
    }
    String line = device + ": process " + pid + ", " + status.getString("doing");
    if (age.compareTo(SILENT) > 0) {
      return new Verdict(UNHEALTHY, line + "; no news for " + age.toSeconds() + " s");
    }
    return new Verdict(status.getBoolean("connected", false) ? HEALTHY : UNHEALTHY, line);
  }
}
