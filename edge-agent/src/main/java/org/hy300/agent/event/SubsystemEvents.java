// SPDX-License-Identifier: Apache-2.0
// Turns changes of a class device's state attributes into events.
package org.hy300.agent.event;

import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.hy300.contract.EventName;
import org.hy300.contract.Subsystems;

/**
 * Changes come from readings, which may miss some, or from the bridge, which reports all. A value
 * that was already reported is not a change.
 */
public abstract class SubsystemEvents {
  private final EventLog events;
  private final String device;
  private final Map<String, String> last = new HashMap<>();

  /** Attributes whose first reading may be a change that the bridge is yet to report. */
  private final Set<String> untold = new HashSet<>();

  private Instant time = Instant.EPOCH;

  /**
   * Creates the events of a device without known state.
   *
   * @param device the class device's name: motor, tvcap, motor1
   */
  protected SubsystemEvents(EventLog events, String device) {
    this.events = events;
    this.device = device;
  }

  /** Creates the events of the class device with this name. */
  public static SubsystemEvents of(EventLog events, String device) {
    return switch (Subsystems.kind(device)) {
      case Subsystems.MOTOR -> new MotorEvents(events, device);
      case Subsystems.TVCAP -> new TvcapEvents(events, device);
      case Subsystems.MIPS -> new MipsEvents(events, device);
      default ->
          new SubsystemEvents(events, device) {
            @Override
            protected void changed(String attribute, String now) {}
          };
    };
  }

  /** Sets the initial value of an attribute; makes no event. */
  public final void begins(String attribute, String now) {
    last.put(attribute, now);
    untold.add(attribute);
  }

  /** An attribute was read. It may not have changed, and others may have changed with it. */
  public final void reads(String attribute, String now) {
    readAll(Map.of(attribute, now));
  }

  /** Attributes were read at one time, and earlier changes may have been missed. */
  public final void readAll(Map<String, String> now) {
    Map<String, String> before = Map.copyOf(last);
    last.putAll(now);
    time = Instant.now();
    new TreeMap<>(now)
        .forEach(
            (attribute, value) -> {
              if (!before.containsKey(attribute)) {
                untold.add(attribute);
              } else if (!value.equals(before.get(attribute))) {
                untold.remove(attribute);
                changed(attribute, value);
              }
            });
    settled();
  }

  /** The kernel reports a change; it reports each one, in order. */
  public final void becomes(String attribute, String now, Instant since) {
    boolean first = untold.remove(attribute);
    if (!now.equals(last.put(attribute, now)) || first) {
      time = since;
      changed(attribute, now);
    }
  }

  /** The last value of the attribute, or the default if there is none. */
  protected final String last(String attribute, String otherwise) {
    return last.getOrDefault(attribute, otherwise);
  }

  /** An attribute has changed. */
  protected abstract void changed(String attribute, String now);

  /** An attribute was read. Changes that were missed between two readings can be reported here. */
  protected void settled() {}

  /** Publishes an event of the current change. */
  protected final void tell(EventName event, JsonObject data) {
    events.happened(device, event, data, time);
  }
}
