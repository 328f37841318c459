// SPDX-License-Identifier: Apache-2.0
// One projector as a row of the fleet page: those of its series that fit into a line.
package org.hy300.collector.page;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.hy300.collector.fleet.Device;
import org.hy300.collector.knowledge.DeviceJson;
import org.hy300.collector.knowledge.RecentEvents;

/** May be used on any thread. */
final class FleetRow {
  private static final String NONE = "none";

  /** The only label of a state set: {@code reason="none"}. */
  private static final Pattern WORD = Pattern.compile("\\w+=\"([^\"\\\\]*)\"");

  private final Map<String, Double> numbers = new HashMap<>();

  /** The current word of each state set. */
  private final Map<String, String> words = new HashMap<>();

  private FleetRow(Device device) {
    device.visit(this::take);
  }

  private void take(String family, String labels, double value) {
    if (labels.isEmpty()) {
      numbers.put(family, value);
    } else if (value == 1) {
      switch (family) {
        case "hy300_motor_fault", "hy300_tvcap_error", "hy300_mips_state" -> {
          Matcher word = WORD.matcher(labels);
          if (word.matches()) {
            words.put(family, word.group(1));
          }
        }
        default -> {
          // Not part of a row.
        }
      }
    }
  }

  /**
   * Writes the row without the time of the last message.
   *
   * @param latest its last event, or null
   * @param expected whether it should have a signal; null if unset
   */
  static JsonObject of(Device device, RecentEvents.Latest latest, Boolean expected) {
    JsonObject row = new JsonObject().put("device", device.name()).put("online", device.isOnline());
    DeviceJson.describe(device, row);
    FleetRow series = new FleetRow(device);
    series.signal(row);
    series.motor(row);
    String mips = series.words.get("hy300_mips_state");
    if (mips != null) {
      row.put("mips", mips);
    }
    row.put("faults", series.wrong(device, expected));
    if (latest != null) {
      row.put(
          "event",
          new JsonObject()
              .put("time", latest.time().truncatedTo(ChronoUnit.MILLIS).toString())
              .put("subsystem", latest.subsystem())
              .put("event", latest.event()));
    }
    return row;
  }

  /**
   * The faults of a device, as text.
   *
   * @param expected whether it should have a signal; null if unset
   */
  static JsonArray faults(Device device, Boolean expected) {
    return new FleetRow(device).wrong(device, expected);
  }

  private boolean is(String family) {
    return numbers.getOrDefault(family, 0.0) == 1;
  }

  private long whole(String family) {
    return Math.round(numbers.getOrDefault(family, 0.0));
  }

  private void signal(JsonObject row) {
    if (numbers.containsKey("hy300_tvcap_signal_detected")) {
      double interval = numbers.getOrDefault("hy300_tvcap_frame_interval_seconds", 0.0);
      row.put(
          "signal",
          new JsonObject()
              .put("detected", is("hy300_tvcap_signal_detected"))
              .put("connected", is("hy300_tvcap_hdmi_connected"))
              .put("width", whole("hy300_tvcap_width_pixels"))
              .put("height", whole("hy300_tvcap_height_pixels"))
              .put("rate", interval > 0 ? Math.round(1 / interval) : 0));
    }
  }

  private void motor(JsonObject row) {
    if (numbers.containsKey("hy300_motor_position_steps")) {
      row.put(
          "motor",
          new JsonObject()
              .put("position", whole("hy300_motor_position_steps"))
              .put("max", whole("hy300_motor_max_position_steps"))
              .put("homed", is("hy300_motor_homed"))
              .put("moving", is("hy300_motor_moving"))
              .put("fault", words.getOrDefault("hy300_motor_fault", NONE)));
    }
  }

  private JsonArray wrong(Device device, Boolean expected) {
    JsonArray faults = new JsonArray();
    add(faults, "motor: ", words.getOrDefault("hy300_motor_fault", NONE));
    add(faults, "HDMI: ", words.getOrDefault("hy300_tvcap_error", NONE));
    if ("unresponsive".equals(words.get("hy300_mips_state"))) {
      faults.add("co-processor unresponsive");
    }
    if (Boolean.TRUE.equals(expected) && device.isOnline() && !is("hy300_tvcap_signal_detected")) {
      faults.add("expected signal missing");
    }
    return faults;
  }

  private static void add(JsonArray faults, String part, String fault) {
    if (!fault.equals(NONE)) {
      faults.add(part + fault.replace('_', ' '));
    }
  }
}
