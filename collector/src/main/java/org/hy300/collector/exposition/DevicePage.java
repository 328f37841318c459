// SPDX-License-Identifier: Apache-2.0
// One device as a page for Prometheus.
package org.hy300.collector.exposition;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.hy300.collector.fleet.Device;
import org.hy300.collector.fleet.Fleet;
import org.hy300.collector.fleet.MetricFamily;

/** Small enough to be written in one piece. */
public final class DevicePage implements Page {
  private static final byte[] TAIL = tail("");

  private final Device device;
  private final Fleet fleet;
  private final Format format;

  public DevicePage(Device device, Fleet fleet, Format format) {
    this.device = device;
    this.fleet = fleet;
    this.format = format;
  }

  private record Sample(String labels, double value) {}

  @Override
  public boolean next(Lines to) {
    FamilyWriter writer = new FamilyWriter(format);
    MetricFamily up = fleet.standing().up();
    writer.header(to, up);
    to.sample(up.head(), device.nameBytes(), TAIL, device.isOnline() ? 1 : 0);
    MetricFamily lastSeen = fleet.standing().lastSeen();
    writer.header(to, lastSeen);
    to.sample(lastSeen.head(), device.nameBytes(), TAIL, device.lastSeen().toEpochMilli() / 1000.0);
    if (device.throttled() > 0) {
      MetricFamily throttled = fleet.standing().throttled();
      writer.header(to, throttled);
      to.sample(throttled.head(), device.nameBytes(), TAIL, (double) device.throttled());
    }
    if (device.infoLabels() != null) {
      InfoFamily.header(to, writer);
      InfoFamily.sample(to, device);
    }
    Map<String, List<Sample>> byFamily = new TreeMap<>();
    device.visit(
        (family, labels, value) ->
            byFamily
                .computeIfAbsent(family, name -> new ArrayList<>())
                .add(new Sample(labels, value)));
    byFamily.forEach(
        (name, samples) -> {
          MetricFamily family = fleet.families().find(name);
          if (family != null) {
            writer.header(to, family);
            samples.forEach(
                sample ->
                    to.sample(
                        family.head(), device.nameBytes(), tail(sample.labels), sample.value));
          }
        });
    writer.end(to);
    return false;
  }

  private static byte[] tail(String labels) {
    String text = labels.isEmpty() ? "\"} " : "\"," + labels + "} ";
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
