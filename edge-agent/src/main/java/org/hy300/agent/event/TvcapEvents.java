// SPDX-License-Identifier: Apache-2.0
// Events of the HDMI capture.
package org.hy300.agent.event;

import io.vertx.core.json.JsonObject;
import org.hy300.contract.EventName;

/** Connection, signal, format and errors. */
final class TvcapEvents extends SubsystemEvents {
  TvcapEvents(EventLog events, String device) {
    super(events, device);
  }

  @Override
  protected void changed(String attribute, String now) {
    switch (attribute) {
      case "hdmi_connected" ->
          tell(
              now.equals("1") ? EventName.HDMI_CONNECTED : EventName.HDMI_DISCONNECTED,
              new JsonObject());
      case "signal_detected" ->
          tell(
              now.equals("1") ? EventName.SIGNAL_DETECTED : EventName.SIGNAL_LOST,
              new JsonObject());
      case "resolution", "format" ->
          tell(
              EventName.FORMAT_CHANGED,
              new JsonObject()
                  .put("resolution", last("resolution", ""))
                  .put("format", last("format", "")));
      case "error" -> {
        if (!now.equals("none")) {
          tell(EventName.CAPTURE_ERROR, new JsonObject().put("error", now));
        }
      }
      default -> {
        // enabled and streaming are state and make no events.
      }
    }
  }
}
