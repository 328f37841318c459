// SPDX-License-Identifier: Apache-2.0
// Watches attributes with inotify: in plain directories, and on machines without native epoll.
package org.hy300.agent.attribute;

import io.vertx.core.Context;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.ClosedWatchServiceException;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchEvent;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.RejectedExecutionException;

/**
 * One thread reads the events of all directories. Each attribute is held open: sysfs loses the
 * watch of an unused inode when the kernel drops its caches.
 */
final class InotifyWatcher implements AttributeWatcher {
  private final Context context;
  private final WatchService service;
  private final Map<WatchKey, Map<String, Entry>> directories = new HashMap<>();

  InotifyWatcher(Vertx vertx) throws IOException {
    context = vertx.getOrCreateContext();
    service = FileSystems.getDefault().newWatchService();
    Thread thread = new Thread(this::take, "hy300-inotify");
    thread.setDaemon(true);
    thread.start();
  }

  @Override
  public Watch watch(Path attribute, Handler handler) throws IOException {
    WatchKey key = attribute.getParent().register(service, StandardWatchEventKinds.ENTRY_MODIFY);
    Entry entry =
        new Entry(key, attribute.getFileName().toString(), new AttributeFile(attribute), handler);
    directories.computeIfAbsent(key, k -> new HashMap<>()).put(entry.name, entry);
    entry.reread();
    return entry;
  }

  private void take() {
    try {
      while (true) {
        WatchKey key = service.take();
        List<WatchEvent<?>> events = key.pollEvents();
        boolean valid = key.reset();
        context.runOnContext(now -> dispatch(key, events, valid));
      }
    } catch (ClosedWatchServiceException | RejectedExecutionException e) {
      // The watcher was closed or its event loop has ended; nobody needs the changes any more.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void dispatch(WatchKey key, List<WatchEvent<?>> events, boolean valid) {
    Map<String, Entry> entries = Map.copyOf(directories.getOrDefault(key, Map.of()));
    if (!valid) {
      entries.values().forEach(Entry::gone);
      return;
    }
    if (events.stream().anyMatch(e -> e.kind() == StandardWatchEventKinds.OVERFLOW)) {
      entries.values().forEach(Entry::reread);
      return;
    }
    events.stream()
        .map(event -> entries.get(event.context().toString()))
        .filter(entry -> entry != null)
        .distinct()
        .forEach(Entry::reread);
  }

  @Override
  public void close() {
    List.copyOf(directories.values())
        .forEach(entries -> List.copyOf(entries.values()).forEach(Entry::close));
    try {
      service.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private final class Entry implements Watch {
    private final WatchKey key;
    private final String name;
    private final AttributeFile file;
    private final Handler handler;
    private boolean alive = true;

    Entry(WatchKey key, String name, AttributeFile file, Handler handler) {
      this.key = key;
      this.name = name;
      this.file = file;
      this.handler = handler;
    }

    @Override
    public void reread() {
      if (alive && !AttributeReader.read(file, handler)) {
        close();
      }
    }

    private void gone() {
      if (alive) {
        close();
        AttributeReader.tell(handler::gone);
      }
    }

    @Override
    public void close() {
      if (!alive) {
        return;
      }
      alive = false;
      AttributeReader.close(file);
      Map<String, Entry> entries = directories.get(key);
      if (entries != null) {
        entries.remove(name, this);
        if (entries.isEmpty()) {
          directories.remove(key);
          key.cancel();
        }
      }
    }
  }
}
