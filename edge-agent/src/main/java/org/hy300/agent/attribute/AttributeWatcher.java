// SPDX-License-Identifier: Apache-2.0
// Watches attributes for changes.
package org.hy300.agent.attribute;

import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;

/**
 * Reports changes of attributes. All methods are called, and all handlers run, on the event loop of
 * the context that made the watcher.
 */
public interface AttributeWatcher extends AutoCloseable {

  /** File systems whose files wake poll() when they change. */
  Set<String> POLLABLE_FILE_SYSTEMS = Set.of("sysfs", "cgroup2");

  /** Receives what a watch finds. */
  interface Handler {
    /**
     * The attribute was read: once at the start, then after each wake-up.
     *
     * @param content without the final newline
     */
    void read(String content);

    /** A read has failed; the watch continues. */
    void unreadable(IOException why);

    /** The attribute no longer exists; the watch has ended. */
    void gone();
  }

  /** A watched attribute. */
  interface Watch {
    /** Reads the attribute now and calls the handler, as after a wake-up. */
    void reread();

    void close();
  }

  /**
   * Starts to watch an attribute.
   *
   * @throws IOException when it cannot be opened or does not report changes
   */
  Watch watch(Path attribute, Handler handler) throws IOException;

  @Override
  void close();

  /**
   * The watcher that suits a directory: epoll if its files support poll() and Vert.x has its native
   * transport, else inotify.
   */
  static AttributeWatcher forDirectory(Vertx vertx, Path directory) throws IOException {
    boolean polls =
        Files.isDirectory(directory)
            && POLLABLE_FILE_SYSTEMS.contains(Files.getFileStore(directory).type());
    return polls && vertx.isNativeTransportEnabled()
        ? new EpollWatcher(vertx)
        : new InotifyWatcher(vertx);
  }
}
