// SPDX-License-Identifier: Apache-2.0
// The agent's options, checked.
package org.hy300.agent;

import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.hy300.contract.Series;
import org.hy300.contract.Topics;
import org.hy300.mqtt.BrokerAccess;

/**
 * What one agent is told.
 *
 * @param classDirectory where the drivers show themselves, /sys/class/hy300
 * @param bridge the daedalus bridge, /dev/daedalus-v4l2
 * @param pipe the message pipe, /dev/kmsgpipe
 * @param labels what the operator calls the device: site, room and the like
 */
public record AgentConfig(
    BrokerAccess broker,
    String device,
    int keepAliveSeconds,
    Path classDirectory,
    Path bridge,
    Path pipe,
    Topics topics,
    Map<String, String> labels) {
  private static final int MAX_KEEP_ALIVE = 65_535;

  public AgentConfig {
    if (!Topics.isDeviceName(device)) {
      throw new IllegalArgumentException(
          "device name '"
              + device
              + "' is not made of up to 64 letters, digits, '_', '-' and '.', or is 'fleet'");
    }
    if (keepAliveSeconds < 1 || keepAliveSeconds > MAX_KEEP_ALIVE) {
      throw new IllegalArgumentException(
          "keep-alive of " + keepAliveSeconds + " s is not within 1 to " + MAX_KEEP_ALIVE);
    }
    for (String name : labels.keySet()) {
      if (!Series.isLabelName(name) || name.equals("device")) {
        throw new IllegalArgumentException(
            "label '" + name + "' is no label name that Prometheus takes, or is 'device'");
      }
    }
    labels = Map.copyOf(labels);
  }

  /** Parses {@code site=berlin,room=a2}; an empty text gives no labels. */
  static Map<String, String> parseLabels(String text) {
    Map<String, String> labels = new TreeMap<>();
    for (String pair : text.split(",", -1)) {
      String[] sides = pair.split("=", 2);
      if (pair.isBlank()) {
        continue;
      }
      if (sides.length != 2) {
        throw new IllegalArgumentException("label '" + pair + "' is not of the form name=value");
      }
      labels.put(sides[0].strip(), sides[1].strip());
    }
    return labels;
  }
}
