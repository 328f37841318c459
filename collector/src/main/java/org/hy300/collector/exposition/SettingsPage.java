// SPDX-License-Identifier: Apache-2.0
// A page with the operators' settings of devices at the top: whether they should have a signal.
package org.hy300.collector.exposition;

import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import java.util.Map;
import org.hy300.collector.fleet.Device;
import org.hy300.collector.fleet.Fleet;

/** Includes devices that are offline, because an alert may need their settings. */
public final class SettingsPage implements Page {
  private static final String NAME = "hy300_device_expect_signal";
  private static final byte[] HEAD = (NAME + "{device=\"").getBytes(StandardCharsets.US_ASCII);
  private static final byte[] TAIL = "\"} ".getBytes(StandardCharsets.US_ASCII);

  private final Iterator<Map.Entry<String, Boolean>> expected;
  private final Fleet fleet;
  private final Shard shard;
  private final FamilyWriter writer;
  private final Page page;
  private boolean begun;

  /**
   * Puts the settings above a page.
   *
   * @param expected by device; may include devices that the fleet does not know
   */
  public SettingsPage(
      Map<String, Boolean> expected, Fleet fleet, Shard shard, Format format, Page page) {
    this.expected = expected.entrySet().iterator();
    this.fleet = fleet;
    this.shard = shard;
    this.page = page;
    writer = new FamilyWriter(format);
  }

  @Override
  public boolean next(Lines to) {
    int full = to.length() + PIECE;
    while (expected.hasNext()) {
      if (to.length() >= full) {
        return true;
      }
      Map.Entry<String, Boolean> setting = expected.next();
      Device device = fleet.device(setting.getKey());
      if (device != null && shard.has(device.nameBytes())) {
        if (!begun) {
          begun = true;
          writer.header(
              to, NAME, "gauge", "Whether the HDMI input should have a signal, from the settings.");
        }
        to.sample(HEAD, device.nameBytes(), TAIL, setting.getValue() ? 1 : 0);
      }
    }
    return page.next(to);
  }
}
