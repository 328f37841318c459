// SPDX-License-Identifier: Apache-2.0
// The changes of a projector since its last row, as a line.
package org.hy300.cli.command;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.hy300.cli.client.DeviceEvent;
import org.hy300.cli.client.DeviceSummary;
import org.hy300.cli.client.LiveMessage.Row;
import org.hy300.cli.terminal.Terminal;
import org.hy300.cli.terminal.Values;

/** Remembers each projector's last row. */
final class Changes {
  private static final String EVENT = "event";

  /** Fields that the line shows in its own way. */
  private static final Set<String> OF_THE_LINE = Set.of("device", "online", "last_seen", EVENT);

  private final Map<String, Seen> known = new HashMap<>();

  private record Seen(boolean online, Map<String, String> fields) {}

  /** The line; empty if only the time has changed. */
  String of(Row row) {
    DeviceSummary projector = row.summary();
    Map<String, String> now = new TreeMap<>();
    for (Map.Entry<String, Object> each : projector.json()) {
      if (!OF_THE_LINE.contains(each.getKey())) {
        flatten(each.getKey(), each.getValue(), now);
      }
    }
    row.last().ifPresent(last -> now.put(EVENT, last.subsystem() + "/" + last.event()));
    Seen before = known.put(projector.device(), new Seen(projector.online(), now));
    boolean stateIsNew = before == null || before.online != projector.online();
    Map<String, String> old = before == null ? Map.of() : before.fields;
    String changed =
        now.entrySet().stream()
            .filter(each -> !each.getValue().equals(old.get(each.getKey())))
            .map(each -> each.getKey() + "=" + each.getValue())
            .collect(Collectors.joining(" "));
    if (!stateIsNew && changed.isEmpty()) {
      return "";
    }
    String state = projector.state();
    return Terminal.plain(Values.time(projector.lastSeen()) + "  " + projector.device())
        + (stateIsNew ? "  " + Terminal.coloured(state, state) : "")
        + (changed.isEmpty() ? "" : "  " + Terminal.plain(changed));
  }

  void forget(String device) {
    known.remove(device);
  }

  /** The line of an event. */
  static String event(String device, DeviceEvent event) {
    return Terminal.plain(
        (Values.time(event.time())
                + "  "
                + device
                + "  "
                + event.subsystem()
                + "/"
                + event.event()
                + "  "
                + Values.pairs(event.data()))
            .stripTrailing());
  }

  /** Series keep their names; other nested fields get their path as a prefix. */
  private static void flatten(String name, Object value, Map<String, String> into) {
    if (value instanceof JsonObject object) {
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
