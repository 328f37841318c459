// SPDX-License-Identifier: Apache-2.0
// Makes the motor's events out of the changes of its state attributes.
package org.hy300.agent.event;

import io.vertx.core.json.JsonObject;
import java.util.Objects;
import org.hy300.agent.source.Subsystem;

/** One motor. An event is told once, by the change of the attribute that it stands in. */
public final class MotorEvents {
  private static final String NO_FAULT = "none";

  private final EventPublisher events;
  private final Subsystem motor;

  /** The target of a move under way; null when the motor rests, homes or has been stopped. */
  private String goal;

  public MotorEvents(EventPublisher events, Subsystem motor) {
    this.events = events;
    this.motor = motor;
  }

  /** A move has been ordered; a short one may have ended before this is told. */
  public void ordered(int position) {
    goal = Integer.toString(position);
    if (goal.equals(motor.state("position"))) {
      moving(motor.state("moving"));
    }
  }

  /** Takes the reading of one state attribute. */
  public void woken(String attribute, String before, String now) {
    switch (attribute) {
      case "target_position" -> {
        // A stop sets the target to where the motor stands: that is no goal.
        if (!now.equals(before) && !now.equals(motor.state("position"))) {
          goal = now;
        }
      }
      case "moving" -> moving(now);
      case "homed" -> {
        if (now.equals("0")) {
          goal = null;
        } else if (!now.equals(before)) {
          tell("homed", new JsonObject());
        }
      }
      case "fault" -> fault(before, now);
      case "limit_switch" -> {
        if (!now.equals(before)) {
          tell("limit_switch", new JsonObject().put("closed", now.equals("1")));
        }
      }
      default -> {
        // The other attributes are state and make no events.
      }
    }
  }

  private void moving(String now) {
    if (!now.equals("0") || goal == null) {
      return;
    }
    // A whole short move may have woken all of them at once, `moving` first.
    motor.reread("position");
    motor.reread("fault");
    if (goal == null) {
      return;
    }
    if (goal.equals(motor.state("position")) && NO_FAULT.equals(motor.state("fault"))) {
      tell("position_reached", new JsonObject());
    }
    goal = null;
  }

  private void fault(String before, String now) {
    if (now.equals(before) || now.equals(NO_FAULT)) {
      return;
    }
    goal = null;
    tell("fault", new JsonObject().put("fault", now));
    if (now.equals("homing_timeout") || now.equals("limit_switch_stuck")) {
      tell("homing_failed", new JsonObject().put("fault", now));
    }
  }

  private void tell(String event, JsonObject data) {
    String position = Objects.requireNonNullElse(motor.state("position"), "0");
    events.happened(motor.name(), event, data.put("position", Integer.parseInt(position)));
  }
}
