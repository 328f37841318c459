// SPDX-License-Identifier: Apache-2.0
// Who is asking.
package org.hy300.collector.access;

import org.hy300.contract.Role;

/**
 * The holder of a token, or whoever asks where no tokens are configured.
 *
 * @param name of the token; for logs and the audit
 */
public record Principal(String name, Role role) {
  /** Everybody on this machine, when there are no tokens. */
  static final Principal ANYBODY = new Principal("anybody", Role.ADMIN);

  /** Whoever the broker's access list lets send commands to the fleet. */
  public static final Principal BROKER = new Principal("mqtt", Role.ADMIN);

  /** Who has shown no token that is known; none can have this name. */
  static final Principal NOBODY = new Principal("(nobody)", Role.READ);
}
