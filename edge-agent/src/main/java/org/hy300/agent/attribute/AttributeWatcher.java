// SPDX-License-Identifier: Apache-2.0
// How to wait for changes of attributes.
package org.hy300.agent.attribute;

import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;

/**
 * Tells when attributes change. Everything here is called on, and calls back on, the event loop of
 * the context that made the watcher.
 */
public interface AttributeWatcher extends AutoCloseable {

  /** The kernel's file systems whose files wake poll() when they change. */
  Set<String> POLLABLE_FILE_SYSTEMS = Set.of("sysfs", "cgroup2");

  /** Whom a watch works for. */
  interface Handler {
    /**
     * The attribute was read: once at the beginning, then after each wake-up.
     *
     * @param content without the newline at its end
     */
    void read(String content);

    /** A read has failed, and the watch goes on. */
    void unreadable(IOException why);

    /** The attribute is no longer there; the watch has ended. */
    void gone();
  }

  /** One attribute under watch. */
  interface Watch {
    /** Reads the attribute now and hands the content to the handler, as a wake-up does. */
    void reread();

    void close();
  }

  /**
   * Begins to watch an attribute.
   *
   * @throws IOException when it cannot be opened or does not report changes
   */
  Watch watch(Path attribute, Handler handler) throws IOException;

  @Override
  void close();

  /**
   * The watcher that works for a directory: epoll where its files can be polled and Vert.x has its
   * native transport, inotify elsewhere.
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
