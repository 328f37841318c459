// SPDX-License-Identifier: Apache-2.0
// What is new in a projector's JSON since it came last, as a line.
package org.hy300.cli.terminal;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Remembers each projector's last one. */
public final class Changes {
  private final Map<String, Map<String, String>> known = new HashMap<>();

  /** The line; empty when only the time is new. */
  public String of(JsonObject row) {
    String device = row.getString("device");
    Map<String, String> now = new TreeMap<>();
    row.forEach(
        each -> {
          if (!each.getKey().equals("last_seen") && !each.getKey().equals("device")) {
            flatten(each.getKey(), each.getValue(), now);
          }
        });
    Map<String, String> before = known.put(device, now);
    boolean stateIsNew = before == null || !now.get("online").equals(before.get("online"));
    String changed =
        now.entrySet().stream()
            .filter(each -> !each.getKey().equals("online"))
            .filter(each -> before == null || !each.getValue().equals(before.get(each.getKey())))
            .map(each -> each.getKey() + "=" + each.getValue())
            .collect(Collectors.joining(" "));
    if (!stateIsNew && changed.isEmpty()) {
      return "";
    }
    String state = now.get("online").equals("true") ? "online" : "offline";
    return Values.time(row, "last_seen")
        + "  "
        + Terminal.plain(device)
        + (stateIsNew ? "  " + Terminal.coloured(state, state) : "")
        + (changed.isEmpty() ? "" : "  " + Terminal.plain(changed));
  }

  public void forget(String device) {
    known.remove(device);
  }

  /** The line of an event. */
  public String event(String device, JsonObject event) {
    return Terminal.plain(
        (Values.time(event, "time")
                + "  "
                + device
                + "  "
                + event.getString("subsystem")
                + "/"
                + event.getString("event")
                + "  "
                + Values.pairs(event.getJsonObject("data")))
            .stripTrailing());
  }

  /** Series keep their names; what else lies deeper has the way to it in front. */
  private static void flatten(String name, Object value, Map<String, String> into) {
    if (name.equals("event") && value instanceof JsonObject event) {
      into.put(name, event.getString("subsystem") + "/" + event.getString("event"));
    } else if (value instanceof JsonObject object) {
      object.forEach(
          each ->
              flatten(
                  name.equals("values") ? each.getKey() : name + "." + each.getKey(),
                  each.getValue(),
                  into));
    } else if (value instanceof JsonArray list) {
      into.put(name, list.stream().map(String::valueOf).collect(Collectors.joining(",")));
    } else {
      into.put(name, Values.text(value));
    }
  }
}
