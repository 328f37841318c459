// SPDX-License-Identifier: Apache-2.0
// Makes the events of one class device out of the changes of its state attributes.
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
 * Changes come from readings of the attributes, of which some may be missed, or from the bridge,
 * which tells all of them. A value that has been told already is no change.
 */
public abstract class SubsystemEvents {
  private final EventLog events;
  private final String device;
  private final Map<String, String> last = new HashMap<>();

  /** What was read first may be the end of a change of which the bridge is yet to tell. */
  private final Set<String> untold = new HashSet<>();

  private Instant time = Instant.EPOCH;

  /**
   * Creates the events of a device of which nothing is known yet.
   *
   * @param device the class device's name: motor, tvcap, motor1
   */
  protected SubsystemEvents(EventLog events, String device) {
    this.events = events;
    this.device = device;
  }

  /** For a class device of this name. */
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

  /** What an attribute says before anything happens: the beginning of the history. */
  public final void begins(String attribute, String now) {
    last.put(attribute, now);
    untold.add(attribute);
  }

  /** An attribute was read. It may say what it said before, and more may have changed with it. */
  public final void reads(String attribute, String now) {
    readAll(Map.of(attribute, now));
  }

  /** Attributes were read at one time, after changes of any of them may have been missed. */
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

  /** The kernel tells of a change, each of them and in order. */
  public final void becomes(String attribute, String now, Instant since) {
    boolean first = untold.remove(attribute);
    if (!now.equals(last.put(attribute, now)) || first) {
      time = since;
      changed(attribute, now);
    }
  }

  /** What the attribute said last, or the other text when it has not said anything. */
  protected final String last(String attribute, String otherwise) {
    return last.getOrDefault(attribute, otherwise);
  }

  /** An attribute has changed. */
  protected abstract void changed(String attribute, String now);

  /** An attribute has been read; what is missed between two readings can be made up for here. */
  protected void settled() {}

  /** Publishes an event of the change that is being told. */
  protected final void tell(EventName event, JsonObject data) {
    events.happened(device, event, data, time);
  }
}
