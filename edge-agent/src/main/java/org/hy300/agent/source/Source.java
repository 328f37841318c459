// SPDX-License-Identifier: Apache-2.0
// Who produces state and events: the class hy300, the bridge, kmsgpipe, processes, the board's
// sensors.
package org.hy300.agent.source;

/** Runs on the event loop that {@link #start} is called on. */
public interface Source {
  void start();

  /** Lets go of what it holds; nothing is told afterwards. */
  void stop();
}
