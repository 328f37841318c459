// SPDX-License-Identifier: Apache-2.0
// Events of the HDMI capture.
package org.hy300.agent.event;

import io.vertx.core.json.JsonObject;

/** Connection, signal, format and errors. */
final class TvcapEvents extends SubsystemEvents {
  TvcapEvents(EventPublisher events, String device) {
    super(events, device);
  }

  @Override
  protected void changed(String attribute, String now) {
    switch (attribute) {
      case "hdmi_connected" ->
          tell(now.equals("1") ? "hdmi_connected" : "hdmi_disconnected", new JsonObject());
      case "signal_detected" ->
          tell(now.equals("1") ? "signal_detected" : "signal_lost", new JsonObject());
      case "resolution", "format" ->
          tell(
              "format_changed",
              new JsonObject()
                  .put("resolution", last("resolution", ""))
                  .put("format", last("format", "")));
      case "error" -> {
        if (!now.equals("none")) {
          tell("capture_error", new JsonObject().put("error", now));
        }
      }
      default -> {
        // enabled and streaming are state and make no events.
      }
    }
  }
}
