// SPDX-License-Identifier: Apache-2.0
// The fleet as Prometheus reads it: text exposition format 0.0.4.
package org.hy300.collector.exposition;

import io.vertx.core.buffer.Buffer;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.hy300.collector.fleet.Device;
import org.hy300.collector.fleet.Fleet;
import org.hy300.contract.Family;
import org.hy300.contract.InfoMessage;
import org.hy300.contract.Series;

/** Each family once, with its series of all devices; the label `device` comes first. */
public final class MetricsPage {
  public static final String CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

  /** Labels of hy300_device_info that an operator's label cannot replace. */
  private static final Set<String> OWN_LABELS =
      Set.of("device", "model", "kernel", "agent_version");

  private static final double EXACT = 1L << 53;

  private final StringBuilder page = new StringBuilder(64 * 1024);

  private MetricsPage() {}

  /**
   * Writes the page.
   *
   * @param current whether the fleet's picture may be trusted; when not, only what stays true of
   *     the devices is written
   */
  public static Buffer write(Fleet fleet, boolean connected, boolean current) {
    MetricsPage page = new MetricsPage();
    page.family(
        "hy300_collector_broker_connected",
        new Family("gauge", "Whether the collector is connected to its broker."));
    page.page.append("hy300_collector_broker_connected ").append(connected ? 1 : 0).append('\n');
    page.devices(fleet, current);
    if (current) {
      page.series(fleet);
    }
    return Buffer.buffer(page.page.toString());
  }

  private void devices(Fleet fleet, boolean current) {
    if (current) {
      family(
          "hy300_device_up",
          new Family("gauge", "Whether the session of a device's agent is alive."));
      for (Device device : fleet.devices()) {
        sample("hy300_device_up", device.name(), "", device.isOnline() ? 1 : 0);
      }
    }
    family(
        "hy300_device_last_seen_timestamp_seconds",
        new Family("gauge", "When a device was heard last, in Unix time."));
    for (Device device : fleet.devices()) {
      sample(
          "hy300_device_last_seen_timestamp_seconds",
          device.name(),
          "",
          device.lastSeen().toEpochMilli() / 1000.0);
    }
    family(
        "hy300_device_info",
        new Family("gauge", "What a device is and what its operator calls it; always 1."));
    for (Device device : fleet.devices()) {
      if (device.info() != null) {
        sample("hy300_device_info", device.name(), infoLabels(device.info()), 1);
      }
    }
  }

  private static String infoLabels(InfoMessage info) {
    StringBuilder labels = new StringBuilder();
    label(labels, "model", info.model());
    label(labels, "kernel", info.kernel());
    label(labels, "agent_version", info.agentVersion());
    new TreeMap<>(info.labels())
        .forEach(
            (name, value) -> {
              if (!OWN_LABELS.contains(name) && Series.isLabelName(name)) {
                label(labels, name, value);
              }
            });
    return labels.toString();
  }

  private static void label(StringBuilder labels, String name, String value) {
    labels.append(labels.length() == 0 ? "" : ",").append(name).append("=\"");
    labels.append(escape(value).replace("\"", "\\\"")).append('"');
  }

  private void series(Fleet fleet) {
    Map<String, StringBuilder> byFamily = new TreeMap<>();
    for (Device device : fleet.devices()) {
      // Two subsystems of a device may send the same series; on the page it stands once.
      Set<String> written = new HashSet<>();
      device.visit(
          (family, labels, value) -> {
            if (written.add(family + '{' + labels) && !fleet.families().disagrees(device, family)) {
              StringBuilder lines = byFamily.computeIfAbsent(family, f -> new StringBuilder());
              sample(lines, family, device.name(), labels, value);
            }
          });
    }
    byFamily.forEach(
        (name, lines) -> {
          family(name, fleet.families().find(name));
          page.append(lines);
        });
  }

  private void family(String name, Family family) {
    if (!family.help().isEmpty()) {
      page.append("# HELP ").append(name).append(' ').append(escape(family.help())).append('\n');
    }
    page.append("# TYPE ").append(name).append(' ').append(family.type()).append('\n');
  }

  private void sample(String family, String device, String labels, double value) {
    sample(page, family, device, labels, value);
  }

  private static void sample(
      StringBuilder to, String family, String device, String labels, double value) {
    // A device's name is made of letters that need no escape.
    to.append(family).append("{device=\"").append(device).append('"');
    if (!labels.isEmpty()) {
      to.append(',').append(labels);
    }
    to.append("} ");
    if (value == Math.rint(value) && Math.abs(value) < EXACT) {
      to.append((long) value);
    } else {
      to.append(value);
    }
    to.append('\n');
  }

  private static String escape(String text) {
    return text.replace("\\", "\\\\").replace("\n", "\\n");
  }
}
