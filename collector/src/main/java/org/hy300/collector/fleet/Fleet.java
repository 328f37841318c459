// SPDX-License-Identifier: Apache-2.0
// Every projector that the broker has told of, with its rules: sessions, Wills, ceilings.
package org.hy300.collector.fleet;

import java.time.Instant;
import java.util.Collection;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.hy300.collector.CollectorMetrics;
import org.hy300.collector.ingest.StateParser.State;
import org.hy300.contract.InfoMessage;
import org.hy300.contract.StatusMessage;

/** Belongs to the event loop. */
public final class Fleet {
  private static final int MAX_DEVICES = 100_000;
  private static final int MAX_SUBSYSTEMS = 32;
  private static final int MAX_SERIES = 5_000;

  private final CollectorMetrics own;
  private final Map<String, Device> devices = new TreeMap<>();
  private final Layout.Table layouts = new Layout.Table();
  private final Families families;
  private final AtomicInteger known = new AtomicInteger();
  private final AtomicInteger online = new AtomicInteger();

  public Fleet(CollectorMetrics own) {
    this.own = own;
    families = new Families(own);
  }

  /** All devices, by name. */
  public Collection<Device> devices() {
    return Collections.unmodifiableCollection(devices.values());
  }

  public Optional<Device> find(String name) {
    return Optional.ofNullable(devices.get(name));
  }

  public Families families() {
    return families;
  }

  /** Devices whose session is alive; may be asked on any thread. */
  public int online() {
    return online.get();
  }

  /** The other ones; may be asked on any thread. */
  public int offline() {
    return known.get() - online.get();
  }

  private void setOnline(Device device, String session) {
    online.addAndGet(device.isOnline() ? 0 : 1);
    device.online(session);
  }

  private void setOffline(Device device) {
    online.addAndGet(device.isOnline() ? -1 : 0);
    device.offline();
  }

  private Optional<Device> findOrAdd(String name) {
    Device device = devices.get(name);
    if (device == null) {
      if (devices.size() >= MAX_DEVICES) {
        own.dropped("too_many_devices", "fleet", "more than " + MAX_DEVICES + " with " + name);
        return Optional.empty();
      }
      device = new Device(name);
      devices.put(name, device);
      known.incrementAndGet();
    }
    return Optional.of(device);
  }

  /**
   * Takes a status.
   *
   * @param heard when it arrived, or its own time when it was retained
   */
  public void status(String name, StatusMessage status, Instant heard) {
    findOrAdd(name)
        .ifPresent(
            device -> {
              device.seen(heard);
              if (status.online()) {
                if (!status.session().equals(device.session())) {
                  device.restartNumbers();
                }
                setOnline(device, status.session());
              } else if (device.isConfirmed()
                  && device.isOnline()
                  && !status.session().equals(device.session())) {
                own.dropped("late_will", name, "of the session before");
              } else {
                setOffline(device);
              }
            });
  }

  /** Takes what a device says about itself. */
  public void info(String name, InfoMessage info, Instant heard) {
    findOrAdd(name)
        .ifPresent(
            device -> {
              device.seen(heard);
              device.info(info);
              families.learn(name, info.families());
            });
  }

  /**
   * Takes the state of one subsystem.
   *
   * @param retained whether the broker had kept it: then it says nothing about lost messages
   */
  public void state(String name, String subsystem, State state, Instant heard, boolean retained) {
    findOrAdd(name)
        .ifPresent(
            device -> {
              switch (device.judge(subsystem, state.session(), state.seq())) {
                case STALE -> own.dropped("stale_session", name, "state of " + subsystem);
                case REPEATED -> device.seen(heard);
                case FRESH -> {
                  device.seen(heard);
                  store(device, subsystem, state, retained);
                }
              }
            });
  }

  private void store(Device device, String subsystem, State state, boolean retained) {
    if (!device.hasSubsystem(subsystem) && device.subsystemCount() >= MAX_SUBSYSTEMS) {
      own.dropped("too_many_subsystems", device.name(), "more than " + MAX_SUBSYSTEMS);
      return;
    }
    if (device.seriesOutside(subsystem) + state.values().length > MAX_SERIES) {
      own.dropped("too_many_series", device.name(), "more than " + MAX_SERIES);
      return;
    }
    Layout layout = layouts.find(state.series());
    if (layout.illegal() > 0) {
      own.dropped("illegal_series", device.name(), layout.illegal() + " in state of " + subsystem);
    }
    long missed = device.state(subsystem, state.session(), state.seq(), layout, state.values());
    if (missed > 0 && !retained) {
      own.missed(missed);
    }
  }

  /** Forgets a device: somebody has cleared its retained status. */
  public void forget(String name) {
    Device device = devices.remove(name);
    if (device != null) {
      setOffline(device);
      known.decrementAndGet();
    }
  }

  /** A new connection to the broker is about to tell everything that is retained. */
  public void doubtAll() {
    devices.values().forEach(Device::doubt);
  }

  /** The broker has told what it knows: who is not among it is offline. */
  public void settle() {
    devices.values().stream().filter(d -> !d.isConfirmed()).forEach(this::setOffline);
  }
}
