// SPDX-License-Identifier: Apache-2.0
// The class hy300 as a source: follows its devices as they come and go, and the changes of their
// state attributes.
package org.hy300.agent.source;

import io.vertx.core.Vertx;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.hy300.agent.attribute.AttributeWatcher;
import org.hy300.agent.metrics.AgentMetrics;
import org.hy300.agent.source.ClassDirectory.Attributes;
import org.hy300.agent.source.ClassDirectory.Device;

/** Runs on the event loop that {@link #start} is called on. */
public final class SysfsSource implements Source {
  private static final Logger LOG = System.getLogger(SysfsSource.class.getName());

  /** Devices are looked for this often, because sysfs does not report new ones. */
  private static final long SWEEP_MS = 5_000;

  /** Delay after one has gone: most go because their driver is bound again. */
  private static final long SWEEP_SOON_MS = 250;

  /** State attributes are read this often even without notification. */
  private static final long SAFETY_REREAD_MS = 60_000;

  /** Receives devices and changes. */
  public interface Listener {
    void appeared(Subsystem subsystem);

    /** A state attribute was read after a wake-up; it may have changed and changed back. */
    void woken(Subsystem subsystem, String attribute, String now);

    void vanished(Subsystem subsystem);
  }

  /** Why an attribute is read. */
  private enum Reading {
    WAKE_UP,
    SAFETY,
    RESYNCHRONISATION
  }

  private final Vertx vertx;
  private final Path classDirectory;
  private final AgentMetrics own;
  private final Listener listener;
  private final Map<String, Subsystem> subsystems = new TreeMap<>();
  private final Map<String, Object> identities = new HashMap<>();
  private AttributeWatcher watcher;
  private boolean sweeping;
  private Reading reading = Reading.WAKE_UP;

  public SysfsSource(Vertx vertx, Path classDirectory, AgentMetrics own, Listener listener) {
    this.vertx = vertx;
    this.classDirectory = classDirectory;
    this.own = own;
    this.listener = listener;
  }

  /** Starts to look for devices. */
  @Override
  public void start() {
    vertx.setPeriodic(SWEEP_MS, timer -> sweep());
    vertx.setPeriodic(SAFETY_REREAD_MS, timer -> reread(Reading.SAFETY));
    sweep();
  }

  /** Closes all attributes. */
  @Override
  public void stop() {
    subsystems.values().forEach(Subsystem::close);
    if (watcher != null) {
      watcher.close();
    }
  }

  /** Whether a motor moves or a picture streams. */
  public boolean isBusy() {
    return subsystems.values().stream().anyMatch(Subsystem::isBusy);
  }

  private List<Subsystem> subsystems() {
    return List.copyOf(subsystems.values());
  }

  private void sweep() {
    if (sweeping) {
      return;
    }
    sweeping = true;
    vertx
        .executeBlocking(() -> ClassDirectory.list(classDirectory))
        .onComplete(
            listed -> {
              sweeping = false;
              if (listed.succeeded()) {
                compare(listed.result());
              } else {
                // A device went away during the listing; the next sweep finds out.
                LOG.log(Level.DEBUG, "listing " + classDirectory, listed.cause());
              }
            });
  }

  private void compare(Map<String, Device> devices) {
    for (String name : List.copyOf(identities.keySet())) {
      Device device = devices.get(name);
      if (device == null || !device.identity().equals(identities.get(name))) {
        remove(name);
      }
    }
    for (Device device : devices.values()) {
      if (identities.putIfAbsent(device.name(), device.identity()) == null) {
        vertx
            .executeBlocking(() -> ClassDirectory.sort(device))
            .onSuccess(attributes -> add(device, attributes));
      }
    }
  }

  private void add(Device device, Attributes attributes) {
    if (identities.get(device.name()) != device.identity()) {
      return;
    }
    Subsystem subsystem =
        new Subsystem(vertx, own, device.name(), device.directory(), attributes.metrics());
    try {
      if (watcher == null) {
        watcher = AttributeWatcher.forDirectory(vertx, classDirectory);
      }
      for (String state : attributes.states()) {
        subsystem.add(
            state, watcher.watch(subsystem.attribute(state), new StateHandler(subsystem, state)));
      }
    } catch (IOException e) {
      LOG.log(Level.WARNING, "{0} cannot be watched: {1}", device.directory(), e.getMessage());
      subsystem.close();
      identities.remove(device.name());
      return;
    }
    if (identities.get(device.name()) != device.identity()) {
      // It went away while its attributes were opened.
      subsystem.close();
      return;
    }
    subsystems.put(device.name(), subsystem);
    LOG.log(
        Level.INFO,
        "{0}: {1} state and {2} metric attributes",
        device.directory(),
        attributes.states().size(),
        attributes.metrics().size());
    listener.appeared(subsystem);
  }

  private void remove(String name) {
    identities.remove(name);
    Subsystem subsystem = subsystems.remove(name);
    if (subsystem != null) {
      subsystem.close();
      LOG.log(Level.WARNING, "{0} has gone", subsystem.attribute("").normalize());
      listener.vanished(subsystem);
    }
  }

  /** Reads all state attributes now; the listener is called for those that changed. */
  public void reread() {
    reread(Reading.RESYNCHRONISATION);
  }

  private void reread(Reading why) {
    reading = why;
    subsystems().forEach(Subsystem::reread);
    reading = Reading.WAKE_UP;
  }

  private final class StateHandler implements AttributeWatcher.Handler {
    private final Subsystem subsystem;
    private final String attribute;

    StateHandler(Subsystem subsystem, String attribute) {
      this.subsystem = subsystem;
      this.attribute = attribute;
    }

    private boolean announced() {
      return subsystems.get(subsystem.name()) == subsystem;
    }

    @Override
    public void read(String content) {
      // A plain file is empty for a moment while it is written; an attribute never is.
      if (content.isEmpty()) {
        return;
      }
      String before = subsystem.read(attribute, content);
      boolean changed = !content.equals(before);
      if (reading != Reading.WAKE_UP && !changed) {
        return;
      }
      if (reading == Reading.SAFETY) {
        own.missedChanges.incrementAndGet();
      } else if (reading == Reading.WAKE_UP && before != null) {
        own.wakeups.incrementAndGet();
      }
      if (announced()) {
        listener.woken(subsystem, attribute, content);
      }
    }

    @Override
    public void unreadable(IOException why) {
      own.attributeErrors.incrementAndGet();
      LOG.log(Level.DEBUG, "reading " + subsystem.attribute(attribute), why);
    }

    @Override
    public void gone() {
      if (announced()) {
        remove(subsystem.name());
      } else {
        identities.remove(subsystem.name());
      }
      vertx.setTimer(SWEEP_SOON_MS, timer -> sweep());
    }
  }
}
