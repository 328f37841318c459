// SPDX-License-Identifier: Apache-2.0
// The devices of a command to several: a list, or those with certain labels.
package org.hy300.collector.relay;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.hy300.collector.fleet.Device;
import org.hy300.collector.fleet.Fleet;
import org.hy300.contract.MalformedMessageException;
import org.hy300.contract.Topics;

/**
 * {@code {"devices":["p1","p2"]}}, {@code {"select":{"site":"berlin"}}} or {@code
 * {"select":"all"}}.
 *
 * @param devices known ones, including those that are offline
 * @param unknown names without a device
 * @param asked the selection as the caller wrote it
 */
public record Selection(Set<String> devices, Set<String> unknown, JsonObject asked) {
  private static final String DEVICE = "device";
  private static final String DEVICES = "devices";
  private static final String SELECT = "select";
  private static final String ALL = "all";

  /** The one device in a path; the caller waits for it alone. */
  public static Selection one(String device, Fleet fleet) {
    Set<String> name = Set.of(device);
    boolean known = fleet.find(device).isPresent();
    return new Selection(
        known ? name : Set.of(), known ? Set.of() : name, new JsonObject().put(DEVICE, device));
  }

  /** Whether it is the one device of a path. */
  boolean isOne() {
    return asked.containsKey(DEVICE);
  }

  String one() {
    return asked.getString(DEVICE);
  }

  int size() {
    return devices.size() + unknown.size();
  }

  /** Finds the devices that match now. */
  public static Selection of(JsonObject body, Fleet fleet) throws MalformedMessageException {
    JsonObject asked = new JsonObject();
    for (String field : List.of(DEVICES, SELECT)) {
      if (body.getValue(field) != null) {
        asked.put(field, body.getValue(field));
      }
    }
    if (asked.size() != 1) {
      throw new MalformedMessageException(
          "either 'devices' (a list of names) or 'select' (labels, or \"all\") is needed");
    }
    Selection selection = new Selection(new TreeSet<>(), new LinkedHashSet<>(), asked);
    if (asked.containsKey(DEVICES)) {
      selection.list(asked.getValue(DEVICES), fleet);
    } else {
      selection.match(asked.getValue(SELECT), fleet);
    }
    return selection;
  }

  private void list(Object names, Fleet fleet) throws MalformedMessageException {
    if (!(names instanceof JsonArray list && !list.isEmpty())) {
      throw new MalformedMessageException("'devices' is not a list of names");
    }
    for (Object each : list) {
      if (!(each instanceof String name && Topics.isDeviceName(name))) {
        throw new MalformedMessageException("'devices' contains " + each + ", which is not a name");
      }
      (fleet.find(name).isPresent() ? devices : unknown).add(name);
    }
  }

  private void match(Object select, Fleet fleet) throws MalformedMessageException {
    boolean all = ALL.equals(select);
    if (!all && !(select instanceof JsonObject labels && !labels.isEmpty())) {
      throw new MalformedMessageException(
          "'select' is neither labels such as {\"site\":\"berlin\"} nor \"all\"");
    }
    if (!all && ((JsonObject) select).stream().anyMatch(e -> !(e.getValue() instanceof String))) {
      throw new MalformedMessageException("'select' contains a label whose value is not a string");
    }
    for (Device device : fleet.devices()) {
      if (all || hasLabels(device, (JsonObject) select)) {
        devices.add(device.name());
      }
    }
  }

  private static boolean hasLabels(Device device, JsonObject wanted) {
    if (device.info() == null) {
      return false;
    }
    Map<String, String> labels = device.info().labels();
    return wanted.stream().allMatch(each -> each.getValue().equals(labels.get(each.getKey())));
  }
}
