// SPDX-License-Identifier: Apache-2.0
// What somebody may do; each role may do what the one before may.
package org.hy300.contract;

import java.util.Locale;
import java.util.Optional;

/** In rising order. */
public enum Role {
  /** Look. */
  READ,
  /** Give devices commands. */
  OPERATE,
  /** Change what devices run and what alerts expect. */
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
