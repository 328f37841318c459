// SPDX-License-Identifier: Apache-2.0
// Publishes the whole state of each subsystem: at once on a change, at a limited rate, and as a
// heartbeat.
package org.hy300.agent.state;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.hy300.agent.metrics.Metrics;
import org.hy300.contract.Family;
import org.hy300.contract.StateMessage;
import org.hy300.contract.Topics;
import org.hy300.mqtt.MqttSession;

/**
 * Conflates per subsystem: the first change is read and sent at once, all changes within the next
 * {@value #INTERVAL_MS} ms become one, and the last one is always sent. Belongs to the event loop.
 */
public final class StatePublisher {
  private static final Logger LOG = System.getLogger(StatePublisher.class.getName());

  private static final long INTERVAL_MS = 250;

  /** Counters without notification are read this often while something moves or streams. */
  private static final long BUSY_MS = 10_000;

  /** Shorter than the contract's 60 s by more than the timer's period. */
  private static final long HEARTBEAT_MS = 45_000;

  private final Vertx vertx;
  private final MqttSession mqtt;
  private final Topics topics;
  private final String device;
  private final String session;
  private final Runnable familiesChanged;
  private final Map<String, Slot> slots = new TreeMap<>();

  /** Subsystems whose retained state must become empty. */
  private final Set<String> removed = new TreeSet<>();

  private long seq;

  /**
   * Creates a publisher without subsystems.
   *
   * @param familiesChanged called when {@link #families} or {@link #subsystems} has changed
   */
  public StatePublisher(
      Vertx vertx,
      MqttSession mqtt,
      Topics topics,
      String device,
      String session,
      Runnable familiesChanged) {
    this.vertx = vertx;
    this.mqtt = mqtt;
    this.topics = topics;
    this.device = device;
    this.session = session;
    this.familiesChanged = familiesChanged;
  }

  /** Starts the heartbeat. */
  public void start() {
    vertx.setPeriodic(BUSY_MS, timer -> slots.values().forEach(Slot::beat));
  }

  /**
   * Adds a subsystem, whose state is read and sent at once.
   *
   * @param reader reads the whole state
   * @param busy whether counters change without a report
   */
  public void add(String subsystem, Supplier<Future<Metrics>> reader, BooleanSupplier busy) {
    Slot slot = new Slot(subsystem, reader, busy);
    slots.put(subsystem, slot);
    removed.remove(subsystem);
    slot.changed();
  }

  /** Removes a subsystem: its retained state becomes empty, so that its series disappear. */
  public void remove(String subsystem) {
    if (slots.remove(subsystem) != null) {
      removed.add(subsystem);
      publish(subsystem, Instant.now(), Map.of());
      familiesChanged.run();
    }
  }

  /** Reports that the state of a subsystem has changed since it was published. */
  public void changed(String subsystem) {
    Slot slot = slots.get(subsystem);
    if (slot != null) {
      slot.changed();
    }
  }

  /** Publishes everything again, for a new connection. */
  public void publishAll() {
    slots.values().forEach(Slot::changed);
    removed.forEach(subsystem -> publish(subsystem, Instant.now(), Map.of()));
  }

  public List<String> subsystems() {
    return new ArrayList<>(slots.keySet());
  }

  /** Metadata of all families that were read so far. */
  public Map<String, Family> families() {
    Map<String, Family> families = new LinkedHashMap<>();
    slots.values().forEach(slot -> families.putAll(slot.families));
    return families;
  }

  /** The number is taken when the message is sent, so that conflation leaves no gap. */
  private void publish(String subsystem, Instant time, Map<String, Number> values) {
    mqtt.publishRetained(
        topics.state(device, subsystem),
        () -> new StateMessage(session, ++seq, time, values).toBuffer());
  }

  private final class Slot {
    private final String subsystem;
    private final Supplier<Future<Metrics>> reader;
    private final BooleanSupplier busy;
    private Map<String, Family> families = Map.of();
    private boolean changed;
    private boolean waiting;
    private long readNanos = System.nanoTime() - INTERVAL_MS * 1_000_000;

    Slot(String subsystem, Supplier<Future<Metrics>> reader, BooleanSupplier busy) {
      this.subsystem = subsystem;
      this.reader = reader;
      this.busy = busy;
    }

    private boolean isCurrent() {
      return slots.get(subsystem) == this;
    }

    private long ageMs() {
      return (System.nanoTime() - readNanos) / 1_000_000;
    }

    private void beat() {
      if (busy.getAsBoolean() || ageMs() >= HEARTBEAT_MS - BUSY_MS) {
        changed();
      }
    }

    private void changed() {
      changed = true;
      // Without a connection nobody would get it; connected() tries again.
      if (waiting || !mqtt.isConnected() || !isCurrent()) {
        return;
      }
      waiting = true;
      long rest = INTERVAL_MS - ageMs();
      if (rest > 0) {
        vertx.setTimer(rest, timer -> read());
      } else {
        read();
      }
    }

    private void read() {
      changed = false;
      readNanos = System.nanoTime();
      Instant time = Instant.now();
      reader
          .get()
          .onComplete(
              read -> {
                waiting = false;
                if (!isCurrent()) {
                  return;
                }
                if (read.succeeded()) {
                  publish(subsystem, time, read.result().values());
                  learn(read.result().families());
                } else {
                  LOG.log(Level.WARNING, "state of " + subsystem + " not read", read.cause());
                }
                if (changed) {
                  changed();
                }
              });
    }

    private void learn(Map<String, Family> read) {
      if (!read.equals(families)) {
        families = read;
        familiesChanged.run();
      }
    }
  }
}
