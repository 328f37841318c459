// SPDX-License-Identifier: Apache-2.0
// What a user may do; each role includes the ones before.
package org.hy300.contract;

import java.util.Locale;
import java.util.Optional;

/** In ascending order. */
public enum Role {
  /** May read. */
  READ,
  /** May send commands to devices. */
  OPERATE,
  /** May change what devices run and what alerts expect. */
  ADMIN;

  public boolean includes(Role other) {
    return compareTo(other) >= 0;
  }

  /** The word in the token file and in messages. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  public static Optional<Role> of(String word) {
    for (Role role : values()) {
      if (role.word().equals(word)) {
        return Optional.of(role);
      }
    }
    return Optional.empty();
  }
}
