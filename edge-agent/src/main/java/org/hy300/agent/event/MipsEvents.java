// SPDX-License-Identifier: Apache-2.0
// Events of the MIPS co-processor.
package org.hy300.agent.event;

import io.vertx.core.json.JsonObject;
import org.hy300.contract.EventName;

/** State and firmware. A failed load is reported by its command. */
final class MipsEvents extends SubsystemEvents {
  MipsEvents(EventLog events, String device) {
    super(events, device);
  }

  @Override
  protected void changed(String attribute, String now) {
    switch (attribute) {
      case "state" -> tell(EventName.MIPS_STATE, new JsonObject().put("state", now));
      case "firmware_loaded" -> {
        if (now.equals("1")) {
          tell(EventName.FIRMWARE_LOADED, new JsonObject());
        }
      }
      default -> {
        // The keystone corners are state and make no events.
      }
    }
  }
}
