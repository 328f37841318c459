// SPDX-License-Identifier: Apache-2.0
// Reads messages of a character device on a thread of its own, and handles them on the event loop.
package org.hy300.agent.source;

import io.vertx.core.Context;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.Semaphore;

/**
 * Opens the device when it exists, reopens it after a failure, and passes on the result of each
 * read().
 *
 * <p>It needs the thread because a read of such a device blocks, and Java has no non-blocking one.
 * A RandomAccessFile lets another thread write at the same time, unlike a FileChannel.
 */
final class DeviceReader {
  private static final Logger LOG = System.getLogger(DeviceReader.class.getName());

  private static final long RETRY_MS = 5_000;

  /** Messages that may wait for the event loop. Beyond that the kernel's queue fills and counts. */
  private static final int WAITING = 256;

  /** Called on the event loop. */
  interface Handler {
    void opened();

    void received(byte[] message);

    void closed();
  }

  private final Path device;
  private final int longest;
  private final Context context;
  private final Handler handler;
  private final Semaphore room = new Semaphore(WAITING);
  private final Thread thread;
  private volatile RandomAccessFile file;
  private volatile boolean stopped;
  private int refusals;
  private String told;

  /**
   * Creates a reader; {@link #start} starts it.
   *
   * @param longest most bytes of a message
   */
  DeviceReader(Vertx vertx, Path device, int longest, Handler handler) {
    this.device = device;
    this.longest = longest;
    this.handler = handler;
    context = vertx.getOrCreateContext();
    thread = new Thread(this::run, "read " + device.getFileName());
    // A waiting read cannot be interrupted, so the thread must not keep the program alive.
    thread.setDaemon(true);
  }

  void start() {
    thread.start();
  }

  void stop() {
    stopped = true;
    thread.interrupt();
  }

  /** Writes one message, on any thread; does not wait for an answer. */
  void write(byte[] message) throws IOException {
    RandomAccessFile open = file;
    if (open == null) {
      throw new IOException(device + " is not open");
    }
    open.write(message);
  }

  private void run() {
    while (!stopped) {
      // Opening a missing name for writing would create a plain file.
      if (Files.exists(device)) {
        try (RandomAccessFile open = new RandomAccessFile(device.toFile(), "rw")) {
          file = open;
          refusals = 0;
          tell(handler::opened);
          readAll(open);
        } catch (IOException e) {
          if (file == null) {
            refused(e);
          } else {
            failed(e);
          }
        } finally {
          if (file != null) {
            file = null;
            tell(handler::closed);
          }
        }
      } else {
        refusals = 0;
        told = null;
      }
      try {
        // The thread has nothing else to do; stop() interrupts the pause.
        Thread.sleep(RETRY_MS);
      } catch (InterruptedException e) {
        return;
      }
    }
  }

  private void readAll(RandomAccessFile open) throws IOException {
    byte[] buffer = new byte[longest];
    while (!stopped) {
      int length = open.read(buffer);
      if (length < 0) {
        return;
      }
      told = null;
      byte[] message = Arrays.copyOf(buffer, length);
      room.acquireUninterruptibly();
      context.runOnContext(now -> room.release());
      tell(() -> handler.received(message));
    }
  }

  /** After stop(), nothing more is reported. */
  private void tell(Runnable what) {
    context.runOnContext(
        now -> {
          if (!stopped) {
            what.run();
          }
        });
  }

  /** The first refusal is not logged: udev has not set the rights of a new device yet. */
  private void refused(IOException why) {
    refusals++;
    if (refusals == 2) {
      // The exception's message names the device.
      warn("open", why.getMessage());
    }
  }

  /** Logged once, until something is read or the reason changes. */
  private void failed(IOException why) {
    String now = device + " (" + why.getMessage() + ")";
    if (!now.equals(told)) {
      told = now;
      warn("read", now);
    }
  }

  private static void warn(String what, String why) {
    LOG.log(Level.WARNING, "cannot {0} {1}; tried again every {2} s", what, why, RETRY_MS / 1000);
  }
}
