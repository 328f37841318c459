// SPDX-License-Identifier: Apache-2.0
// A device as JSON, for lists and pages.
package org.hy300.collector.knowledge;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.hy300.collector.fleet.Device;
import org.hy300.contract.InfoMessage;

/** May be called on any thread. */
public final class DeviceJson {
  private DeviceJson() {}

  /** Its identity, and whether it is online. */
  public static JsonObject summary(Device device) {
    JsonObject json =
        new JsonObject()
            .put("device", device.name())
            .put("online", device.isOnline())
            .put("last_seen", lastSeen(device));
    describe(device, json);
    return json;
  }

  /** Time of its last message. */
  public static String lastSeen(Device device) {
    return device.lastSeen().truncatedTo(ChronoUnit.MILLIS).toString();
  }

  /** Adds model and labels if they are known. */
  public static void describe(Device device, JsonObject json) {
    InfoMessage info = device.info();
    if (info != null) {
      json.put("model", info.model()).put("labels", words(info.labels()));
    }
  }

  private static JsonObject words(Map<String, String> words) {
    JsonObject json = new JsonObject();
    new TreeMap<>(words).forEach(json::put);
    return json;
  }

  /** Everything that is known, including its values. */
  public static JsonObject whole(Device device, DeviceSettings settings) {
    JsonObject json = summary(device);
    InfoMessage info = device.info();
    if (info != null) {
      json.put("kernel", info.kernel())
          .put("agent_version", info.agentVersion())
          .put("boot_id", info.bootId())
          .put("subsystems", new JsonArray(List.copyOf(info.subsystems())));
      if (!info.commands().isEmpty()) {
        json.put("commands", new JsonArray(List.copyOf(info.commands())))
            .put("role", words(info.roles()))
            .put("source", words(info.sources()));
      }
    }
    JsonObject values = new JsonObject();
    device.visit(
        (family, labels, value) ->
            values.put(labels.isEmpty() ? family : family + "{" + labels + "}", value));
    return json.put("settings", settings.json(device.name())).put("values", values);
  }
}
