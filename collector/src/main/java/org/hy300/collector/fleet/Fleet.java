// SPDX-License-Identifier: Apache-2.0
// Every projector that the broker knows, with the rules for sessions, Wills and limits.
package org.hy300.collector.fleet;

import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import org.hy300.collector.metrics.CollectorMetrics;
import org.hy300.contract.InfoMessage;
import org.hy300.contract.StatusMessage;

/**
 * Takes no lock for a state message that differs from its device's last one in values only. Several
 * threads may deliver messages, but each device's must come on one thread; pages may be read on
 * any. Times are ms of Unix time.
 */
public final class Fleet {
  private static final int MAX_SUBSYSTEMS = 32;

  private final CollectorMetrics own;
  private final LongSupplier nanoTime;
  private final RowWatcher watcher;
  private final FleetLimits limits;
  private final Map<String, Device> devices = new ConcurrentHashMap<>();

  /** The device of each live session. */
  private final Map<String, Device> sessions = new ConcurrentHashMap<>();

  /** Devices that connect and disconnect too often. */
  private final Set<Device> held = ConcurrentHashMap.newKeySet();

  /** Devices that have lost a state message. */
  private final Set<String> gaps = ConcurrentHashMap.newKeySet();

  private final Standing standing = new Standing();
  private final Families families;
  private final Layouts layouts;
  private final Shared shared = new Shared();
  private final AtomicInteger known = new AtomicInteger();
  private final AtomicInteger online = new AtomicInteger();
  private final AtomicInteger series = new AtomicInteger();

  public Fleet(FleetLimits limits, CollectorMetrics own) {
    this(limits, own, System::nanoTime, RowWatcher.NONE);
  }

  /**
   * Creates a fleet without devices.
   *
   * @param nanoTime a clock like {@link System#nanoTime}
   * @param watcher sees every value; {@link RowWatcher#NONE} for none
   */
  public Fleet(
      FleetLimits limits, CollectorMetrics own, LongSupplier nanoTime, RowWatcher watcher) {
    this.nanoTime = nanoTime;
    this.watcher = watcher;
    this.limits = limits;
    this.own = own;
    families = new Families(own, limits);
    layouts = new Layouts(families, limits, own);
  }

  public FleetLimits limits() {
    return limits;
  }

  /** All devices, in no order; they may change during the iteration. */
  public Collection<Device> devices() {
    return Collections.unmodifiableCollection(devices.values());
  }

  public Optional<Device> find(String name) {
    return Optional.ofNullable(devices.get(name));
  }

  /** A device; null if there is none. */
  public Device device(String name) {
    return devices.get(name);
  }

  public Families families() {
    return families;
  }

  /** Whether somebody needs the time of each state message. */
  public boolean isWatched() {
    return watcher != RowWatcher.NONE;
  }

  /** The collector's own series about each device. */
  public Standing standing() {
    return standing;
  }

  /** Number of devices whose session is alive; may be called on any thread. */
  public int online() {
    return online.get();
  }

  /** Number of the others; may be called on any thread. */
  public int offline() {
    return known.get() - online.get();
  }

  /** Number of stored series; may be called on any thread. */
  public int series() {
    return series.get();
  }

  private Device findOrAdd(String name) {
    Device device = devices.get(name);
    if (device == null) {
      if (known.get() >= limits.devices()) {
        own.dropped("too_many_devices", "fleet", "more than " + limits.devices() + " with " + name);
        return null;
      }
      device = new Device(name, standing, watcher);
      devices.put(name, device);
      known.incrementAndGet();
    }
    return device;
  }

  /** Changes whether a device is online, and updates the count. */
  private void change(Device device, Runnable change) {
    boolean before = device.isOnline();
    change.run();
    online.addAndGet((device.isOnline() ? 1 : 0) - (before ? 1 : 0));
  }

  /** Whether a device has sent a state or info too many, which is counted. */
  public boolean isThrottled(Device device) {
    return isThrottled(device, device.states);
  }

  /** Whether a device has sent an event or picture too many, which is counted. */
  public boolean isEventThrottled(Device device) {
    return isThrottled(device, device.events);
  }

  private boolean isThrottled(Device device, Pace pace) {
    if (pace.take(nanoTime.getAsLong(), limits.deviceRate())) {
      return false;
    }
    device.throttle();
    own.dropped(
        "throttled", device.name(), "more than " + limits.deviceRate() + " messages a second");
    return true;
  }

  /**
   * Takes a status.
   *
   * @param heard time of arrival, or the message's own time if it was retained
   * @param now the current time
   */
  public void status(String name, StatusMessage status, long heard, long now) {
    Device owner = sessions.get(status.session());
    if (owner != null && !owner.name().equals(name)) {
      own.dropped("foreign_session", name, "status with the session of " + owner.name());
      return;
    }
    Device device = findOrAdd(name);
    if (device == null) {
      return;
    }
    device.seen(heard);
    Session current = device.session();
    boolean same = current != null && current.name().equals(status.session());
    if (status.online()) {
      Session session = device.session(status.session());
      if (!same && current != null) {
        sessions.remove(current.name(), device);
      }
      sessions.put(session.name(), device);
      boolean flapped = !same || !device.isAlive();
      change(device, () -> device.online(session, status.connection()));
      if (flapped && device.flap(now) > limits.flaps() && held.add(device)) {
        own.dropped("flapping", name, "online more than " + limits.flaps() + " times in a minute");
        change(device, () -> device.hold(true));
      }
    } else if (device.isConfirmed() && device.isAlive() && !same) {
      own.dropped("late_will", name, "of the session before");
    } else if (same && device.hasConnectedAfter(status.connection())) {
      own.dropped("late_will", name, "of a connection before");
    } else {
      offline(device);
    }
  }

  private void offline(Device device) {
    if (device.session() != null) {
      sessions.remove(device.session().name(), device);
    }
    change(device, device::offline);
  }

  /** Shows flapping devices again after a quiet minute; must be called every second. */
  public void release(long now) {
    held.stream().filter(device -> device.hasSettled(now)).toList().forEach(this::release);
  }

  private void release(Device device) {
    held.remove(device);
    change(device, () -> device.hold(false));
  }

  /** Takes a device's information about itself. */
  public void info(String name, InfoMessage info, long heard) {
    Device device = findOrAdd(name);
    if (device != null) {
      device.seen(heard);
      if (families.isFull()) {
        layouts.removeUnused();
      }
      device.told(shared.one(Map.copyOf(families.learn(name, device.told(), info.families()))));
      device.info(shared.slim(info, limits, own, name));
    }
  }

  /**
   * Takes the state of one subsystem.
   *
   * @param retained whether the broker had stored it; then its number does not reveal losses
   */
  public void state(String name, String subsystem, State state, long heard, boolean retained) {
    Device device = findOrAdd(name);
    if (device == null) {
      return;
    }
    Row row = device.row(subsystem, 0);
    Session session = device.session(state.session());
    if (isFresh(device, row, subsystem, session, state.seq(), heard)) {
      store(device, row, subsystem, session, state, retained);
    }
  }

  /**
   * Takes a state message with the template and session of the row's last one.
   *
   * @param values at least as many as the row's layout has series
   * @param time of the device's clock, 0 for none; of use to a watcher alone
   */
  public void repeat(Row row, long seq, double[] values, long time, long heard, boolean retained) {
    Device device = row.device();
    Session session = row.session();
    if (isFresh(device, row, row.subsystem(), session, seq, heard)) {
      store(row, values, time);
      accept(device, row, session, seq, retained);
    }
  }

  private boolean isFresh(
      Device device, Row row, String subsystem, Session session, long seq, long heard) {
    Device.Freshness freshness = device.judge(row, session, seq);
    if (freshness == Device.Freshness.STALE) {
      own.dropped("stale_session", device.name(), subsystem);
      return false;
    }
    device.seen(heard);
    return freshness == Device.Freshness.FRESH;
  }

  private void accept(Device device, Row row, Session session, long seq, boolean retained) {
    row.message(session, seq);
    long missed = device.number(session, seq);
    if (missed > 0 && !retained) {
      own.missed(missed);
      gaps.add(device.name());
    }
  }

  private void store(
      Device device, Row known, String subsystem, Session session, State state, boolean retained) {
    if (known != null && known.layout().template().equals(state.template())) {
      store(known, state.values(), state.time());
      accept(device, known, session, state.seq(), retained);
      device.refresh();
      return;
    }
    Optional<Layout.Place> place = admit(device, known, subsystem, state);
    if (place.isEmpty()) {
      // The device's previous values are no longer true.
      drop(device, known);
      return;
    }
    series.addAndGet(state.values().length - (known == null ? 0 : known.layout().size()));
    Row row = known == null ? new Row(device, subsystem.intern()) : known;
    row.move(place.get());
    store(row, state.values(), state.time());
    accept(device, row, session, state.seq(), retained);
    if (known == null) {
      device.add(row);
    }
    device.refresh();
  }

  private void store(Row row, double[] values, long time) {
    int negative = row.store(values, time);
    if (negative >= 0) {
      own.dropped(
          "negative_counter",
          row.device().name(),
          row.layout().series(negative) + " is " + values[negative]);
    }
  }

  private Optional<Layout.Place> admit(Device device, Row known, String subsystem, State state) {
    int size = state.values().length;
    if (known == null && device.rowCount() >= MAX_SUBSYSTEMS) {
      own.dropped("too_many_subsystems", device.name(), MAX_SUBSYSTEMS + " without " + subsystem);
    } else if (device.seriesOutside(known) + size > limits.deviceSeries()) {
      own.dropped(
          "too_many_series", device.name(), "more than " + limits.deviceSeries() + " of a device");
    } else if (series.get() - (known == null ? 0 : known.layout().size()) + size
        > limits.series()) {
      own.dropped(
          "too_many_series", device.name(), "more than " + limits.series() + " of the fleet");
    } else {
      int room = Math.max(0, limits.deviceFamilies() - device.familiesOutside(known));
      return layouts.place(device, state, room);
    }
    return Optional.empty();
  }

  private void drop(Device device, Row row) {
    if (row != null) {
      series.addAndGet(-device.remove(row));
    }
  }

  /** Some devices whose retained state may be newer than the known one. */
  public List<String> gaps(int most) {
    return gaps.stream().limit(most).toList();
  }

  /** The broker has been asked for the retained state of these. */
  public void forgetGaps(List<String> devices) {
    devices.forEach(gaps::remove);
  }

  /** Removes the state of a subsystem, whose retained message was cleared. */
  public void forgetState(String name, String subsystem) {
    Device device = devices.get(name);
    if (device != null) {
      drop(device, device.row(subsystem, 0));
    }
  }

  /** Removes a device, whose retained status was cleared. */
  public void forget(String name) {
    Device device = devices.remove(name);
    if (device != null) {
      offline(device);
      held.remove(device);
      families.forget(device.told());
      series.addAndGet(-device.clear());
      known.decrementAndGet();
    }
  }

  /** The broker is lost; after reconnecting it sends everything that is retained. */
  public void doubtAll() {
    devices.values().forEach(Device::doubt);
    gaps.clear();
  }

  /** The broker has sent everything, or is lost: devices that it did not name are offline. */
  public void settle() {
    devices.values().stream().filter(d -> !d.isConfirmed()).forEach(this::offline);
  }
}
