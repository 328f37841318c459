// SPDX-License-Identifier: Apache-2.0
// Events of the keystone motor.
package org.hy300.agent.event;

import io.vertx.core.json.JsonObject;
import org.hy300.contract.EventName;

/** The driver notifies `moving` last: at its end, all other attributes are final. */
public final class MotorEvents extends SubsystemEvents {
  private static final String NO_FAULT = "none";

  /** The target of the current move; null when the motor rests, homes or was stopped. */
  private String goal;

  MotorEvents(EventLog events, String device) {
    super(events, device);
  }

  /** A move was ordered; a short one may be over before the first reading. */
  public void ordered(int position) {
    goal = Integer.toString(position);
    settled();
  }

  @Override
  protected void changed(String attribute, String now) {
    switch (attribute) {
      case "target_position" -> {
        // A stop sets the target to the motor's position: that is not a goal.
        if (!now.equals(last("position", ""))) {
          goal = now;
        }
      }
      case "moving" -> {
        if (now.equals("0")) {
          rests();
        }
      }
      case "homed" -> {
        goal = null;
        if (now.equals("1")) {
          tellHere(EventName.HOMED, new JsonObject());
        }
      }
      case "fault" -> fault(now);
      case "limit_switch" ->
          tellHere(EventName.LIMIT_SWITCH, new JsonObject().put("closed", now.equals("1")));
      default -> {
        // The position is state and makes no events.
      }
    }
  }

  @Override
  protected void settled() {
    if (last("moving", "").equals("0")) {
      rests();
    }
  }

  private void rests() {
    if (goal == null || !goal.equals(last("position", ""))) {
      return;
    }
    goal = null;
    if (last("fault", NO_FAULT).equals(NO_FAULT)) {
      tellHere(EventName.POSITION_REACHED, new JsonObject());
    }
  }

  private void fault(String now) {
    if (now.equals(NO_FAULT)) {
      return;
    }
    goal = null;
    tellHere(EventName.FAULT, new JsonObject().put("fault", now));
    if (now.equals("homing_timeout") || now.equals("limit_switch_stuck")) {
      tellHere(EventName.HOMING_FAILED, new JsonObject().put("fault", now));
    }
  }

  private void tellHere(EventName event, JsonObject data) {
    tell(event, data.put("position", Integer.parseInt(last("position", "0"))));
  }
}
