// SPDX-License-Identifier: Apache-2.0
// Sessions without a device, for tests of other packages.
package org.hy300.collector.fleet;

/** Creates sessions. */
public final class SessionNames {
  private SessionNames() {}

  public static Session session(String name) {
    return new Session(name);
  }
}
