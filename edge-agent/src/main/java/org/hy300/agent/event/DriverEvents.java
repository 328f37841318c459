// SPDX-License-Identifier: Apache-2.0
// Makes the events of all class devices: from the bridge's history while there is one, else from
// readings.
package org.hy300.agent.event;

import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import org.hy300.agent.metrics.AgentMetrics;
import org.hy300.agent.source.BridgeSource;
import org.hy300.agent.source.Subsystem;
import org.hy300.contract.EventName;

/** Belongs to the event loop. */
public final class DriverEvents implements BridgeSource.Listener {
  private final EventLog events;
  private final Runnable reread;
  private final Map<String, Subsystem> subsystems = new TreeMap<>();
  private final Map<String, SubsystemEvents> devices = new HashMap<>();

  /** The bridge reports every transition, so readings make no events. */
  private boolean historyComplete;

  private boolean catchingUp;

  /**
   * Creates the events of devices that appear later.
   *
   * @param reread reads all state attributes now; {@link #woken} is called for those that changed
   */
  public DriverEvents(EventLog events, Runnable reread) {
    this.events = events;
    this.reread = reread;
  }

  private SubsystemEvents device(String name) {
    return devices.computeIfAbsent(name, device -> SubsystemEvents.of(events, device));
  }

  /** A class device was found. */
  public void appeared(Subsystem subsystem) {
    subsystems.put(subsystem.name(), subsystem);
    subsystem.states().forEach(device(subsystem.name())::begins);
  }

  /** A state attribute was read after a wake-up. */
  public void woken(Subsystem subsystem, String attribute, String now) {
    if (historyComplete || catchingUp) {
      return;
    }
    if (attribute.equals("moving") && now.equals("0")) {
      // A short move may have woken all of them at once, `moving` first.
      subsystem.reread("position");
      subsystem.reread("fault");
    }
    device(subsystem.name()).reads(attribute, now);
  }

  /** A class device is gone. */
  public void vanished(Subsystem subsystem) {
    subsystems.remove(subsystem.name());
    devices.remove(subsystem.name());
  }

  /** This motor was ordered to move. */
  public void ordered(String motor, int position) {
    if (!historyComplete && devices.get(motor) instanceof MotorEvents moved) {
      moved.ordered(position);
    }
  }

  @Override
  public void began() {
    historyComplete = true;
    catchUp();
  }

  @Override
  public void transition(String device, String attribute, String now, Instant time) {
    device(device).becomes(attribute, now, time);
  }

  @Override
  public void lost(long transitions) {
    events.happened(
        AgentMetrics.SUBSYSTEM,
        EventName.GAP,
        new JsonObject().put("lost", transitions).put("of", "transitions"));
    catchUp();
  }

  @Override
  public void ended() {
    historyComplete = false;
    catchUp();
  }

  /** Makes events of all differences between the current state and the last events. */
  private void catchUp() {
    catchingUp = true;
    reread.run();
    catchingUp = false;
    subsystems.forEach((name, subsystem) -> device(name).readAll(subsystem.states()));
  }
}
