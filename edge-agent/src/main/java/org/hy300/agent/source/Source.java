// SPDX-License-Identifier: Apache-2.0
// A producer of state and events: the class hy300, the bridge, kmsgpipe, processes, the board's
// sensors.
package org.hy300.agent.source;

/** Runs on the event loop that {@link #start} is called on. */
public interface Source {
  void start();

  /** Releases its resources; nothing is reported afterwards. */
  void stop();
}
