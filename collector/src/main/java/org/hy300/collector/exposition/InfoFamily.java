// SPDX-License-Identifier: Apache-2.0
// The family hy300_device_info: a line for each device, with its description as labels.
package org.hy300.collector.exposition;

import java.nio.charset.StandardCharsets;
import org.hy300.collector.fleet.Device;

/** Remains after a device has gone. */
final class InfoFamily {
  private static final String NAME = "hy300_device_info";
  private static final byte[] HEAD = (NAME + "{device=\"").getBytes(StandardCharsets.US_ASCII);
  private static final byte[] QUOTE = {'"'};
  private static final byte[] END = "} 1\n".getBytes(StandardCharsets.US_ASCII);

  private InfoFamily() {}

  static void header(Lines to, FamilyWriter writer) {
    writer.header(to, NAME, "gauge", "What a device is and what its operator calls it; always 1.");
  }

  /** Writes the line of a device that has sent its info. */
  static void sample(Lines to, Device device) {
    to.add(HEAD).add(device.nameBytes()).add(QUOTE).add(device.infoLabels()).add(END);
  }
}
