// SPDX-License-Identifier: Apache-2.0
// Waits for sysfs attributes on the Vert.x event loop itself: no thread, no polling.
package org.hy300.agent.attribute;

import io.netty.channel.IoEvent;
import io.netty.channel.IoEventLoop;
import io.netty.channel.IoRegistration;
import io.netty.channel.epoll.EpollIoHandle;
import io.netty.channel.epoll.EpollIoOps;
import io.netty.channel.unix.FileDescriptor;
import io.netty.util.concurrent.Future;
import io.vertx.core.Vertx;
import io.vertx.core.internal.ContextInternal;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;

/**
 * Registers the descriptors of attributes with Netty's epoll loop. The kernel wakes a sysfs
 * attribute's readers with POLLPRI | POLLERR (Documentation/filesystems/sysfs.rst).
 */
final class EpollWatcher implements AttributeWatcher {
  private static final int EPOLLPRI = 0x2;
  private static final int EPOLLERR = 0x8;

  private final ContextInternal context;
  private final IoEventLoop loop;
  private final Set<Handle> handles = new HashSet<>();

  EpollWatcher(Vertx vertx) {
    context = (ContextInternal) vertx.getOrCreateContext();
    loop = (IoEventLoop) context.nettyEventLoop();
  }

  @Override
  public Watch watch(Path attribute, Handler handler) throws IOException {
    AttributeFile file = new AttributeFile(attribute);
    Handle handle;
    try {
      handle = new Handle(file, handler);
    } catch (IOException e) {
      AttributeReader.close(file);
      throw e;
    }
    // epoll reports a descriptor that was never read as changed, so the first read comes first.
    handle.alive = AttributeReader.read(file, handler);
    if (handle.alive) {
      handles.add(handle);
      loop.register(handle)
          .addListener((Future<IoRegistration> done) -> context.emit(done, handle::registered));
    } else {
      AttributeReader.close(file);
    }
    return handle;
  }

  @Override
  public void close() {
    Set.copyOf(handles).forEach(Handle::close);
  }

  private final class Handle implements EpollIoHandle, Watch {
    private final AttributeFile file;
    private final FileDescriptor descriptor;
    private final Handler handler;
    private IoRegistration registration;
    private boolean alive;

    Handle(AttributeFile file, Handler handler) throws IOException {
      this.file = file;
      this.handler = handler;
      descriptor = new FileDescriptor(file.descriptor());
    }

    private void registered(Future<IoRegistration> done) {
      if (!done.isSuccess()) {
        handles.remove(this);
        AttributeReader.close(file);
        refused(done.cause());
        return;
      }
      registration = done.getNow();
      if (!alive) {
        registration.cancel();
        return;
      }
      try {
        registration.submit(EpollIoOps.valueOf(EPOLLPRI | EPOLLERR));
      } catch (UncheckedIOException e) {
        refused(e.getCause());
        close();
      }
    }

    /** EPERM: the file does not support poll(), so it is not a sysfs attribute. */
    private void refused(Throwable why) {
      if (alive) {
        alive = false;
        AttributeReader.tell(
            () -> handler.unreadable(new IOException("cannot be waited for", why)));
      }
    }

    @Override
    public FileDescriptor fd() {
      return descriptor;
    }

    @Override
    public void handle(IoRegistration woken, IoEvent event) {
      // Netty has no contexts. Without one, the results of Vert.x calls would arrive on any event
      // loop.
      context.emit(event, now -> reread());
    }

    @Override
    public void reread() {
      if (alive && !AttributeReader.read(file, handler)) {
        close();
      }
    }

    /** Netty also calls this when the loop ends. The file is closed once epoll has released it. */
    @Override
    public void close() {
      alive = false;
      handles.remove(this);
      if (registration != null) {
        registration.cancel();
      }
    }

    @Override
    public void unregistered() {
      AttributeReader.close(file);
    }
  }
}
