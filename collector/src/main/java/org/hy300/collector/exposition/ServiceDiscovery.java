// SPDX-License-Identifier: Apache-2.0
// The fleet for Prometheus's HTTP service discovery: one target for each device.
package org.hy300.collector.exposition;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import java.util.TreeMap;
import org.hy300.collector.fleet.Device;
import org.hy300.collector.fleet.Fleet;
import org.hy300.contract.InfoMessage;

/**
 * A JSON array of target groups (Prometheus documentation, "Writing HTTP service discovery"). It
 * includes devices that are offline, so that their scrapes fail visibly.
 */
public final class ServiceDiscovery implements Page {
  public static final String CONTENT_TYPE = "application/json; charset=utf-8";

  private final byte[] target;
  private final Shard shard;
  private final Iterator<Device> devices;
  private boolean begun;
  private boolean hasGroup;

  /**
   * Starts a list.
   *
   * @param target host and port under which the client has reached the collector
   */
  public ServiceDiscovery(Fleet fleet, Shard shard, String target) {
    this.target = quoted(target);
    this.shard = shard;
    devices = fleet.devices().iterator();
  }

  private static byte[] quoted(String text) {
    return ("\"" + new String(JsonStringEncoder.getInstance().quoteAsString(text)) + "\"")
        .getBytes(StandardCharsets.UTF_8);
  }

  @Override
  public boolean next(Lines to) {
    int full = to.length() + PIECE;
    if (!begun) {
      begun = true;
      to.add("[");
    }
    while (devices.hasNext() && to.length() < full) {
      Device device = devices.next();
      if (shard.has(device.nameBytes())) {
        to.add(hasGroup ? ",\n" : "");
        hasGroup = true;
        group(to, device);
      }
    }
    if (!devices.hasNext()) {
      to.add("]\n");
      return false;
    }
    return true;
  }

  private void group(Lines to, Device device) {
    to.add("{\"targets\":[").add(target).add("],\"labels\":{\"__metrics_path__\":\"/metrics/");
    to.add(device.nameBytes()).add("\",\"device\":\"").add(device.nameBytes()).add("\"");
    InfoMessage info = device.info();
    if (info != null) {
      label(to, "model", info.model());
      new TreeMap<>(info.labels()).forEach((name, value) -> label(to, "label_" + name, value));
    }
    to.add("}}");
  }

  private static void label(Lines to, String name, String value) {
    to.add(",\"__meta_hy300_").add(name).add("\":").add(quoted(value));
  }
}
