// SPDX-License-Identifier: Apache-2.0
// Switches a simulated projector's HDMI source on and off.
package org.hy300.e2e;

import java.io.IOException;
import java.util.Random;

/** A thread. The projector counts the changes that it has seen. */
final class HdmiSource extends Thread {
  private static final int SHORTEST_MS = 800;
  private static final int LONGEST_MS = 3_000;

  private final FaultyFleet fleet;
  private final String device;
  private final Random random;
  private volatile boolean ending;

  HdmiSource(FaultyFleet fleet, String device, long seed) {
    super("hdmi-" + device);
    this.fleet = fleet;
    this.device = device;
    random = new Random(seed);
    setDaemon(true);
  }

  /** The source is off when the thread ends. */
  void end() {
    ending = true;
  }

  @Override
  public void run() {
    try {
      for (boolean on = true; !ending || !on; on = !on) {
        fleet.board(device, "hdmi_source", on ? "1280x720@60" : "silent");
        Thread.sleep(SHORTEST_MS + random.nextInt(LONGEST_MS - SHORTEST_MS));
      }
    } catch (IOException | InterruptedException e) {
      // The test ends.
    }
  }
}
