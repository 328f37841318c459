// SPDX-License-Identifier: Apache-2.0
// The heap memory for each device of a fleet.
package org.hy300.bench.collector;

import java.lang.ref.Reference;

/** Status, info with two labels and metadata, and four subsystems of ten values each. */
final class MemoryPerDevice {
  private static final int DEVICES = 100_000;

  private MemoryPerDevice() {}

  static long bytes() {
    SimulatedFleet simulated = new SimulatedFleet(DEVICES, 4, 10);
    // Excludes what exists once, however many devices there are.
    simulated.fill(1);
    long before = heap();
    try {
      simulated.fill(DEVICES);
      return (heap() - before) / DEVICES;
    } finally {
      Reference.reachabilityFence(simulated);
    }
  }

  private static long heap() {
    for (int i = 0; i < 3; i++) {
      System.gc();
    }
    return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
  }
}
