// SPDX-License-Identifier: Apache-2.0
// Whether the clock may judge that a command has expired.
package org.hy300.agent.command;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;

/**
 * The rule: the clock is trusted once the marker file has been seen, and never while it shows a
 * time before {@link #OLDEST}. systemd-timesyncd makes its marker in /run, which is empty after a
 * boot, when it has first heard a time server; another NTP client's hook can make one. The kernel's
 * own word, adjtimex(2), is not to be had from Java without native code.
 */
final class SynchronizedClock {
  /** Before this program was: a clock that says so stands where it stood without power. */
  static final Instant OLDEST = Instant.parse("2024-01-01T00:00:00Z");

  private final Path marker;
  private final InstantSource clock;
  private boolean trusted;

  /**
   * Creates the check.
   *
   * @param marker null trusts the clock from the beginning, as with a real-time clock
   */
  SynchronizedClock(Path marker, InstantSource clock) {
    this.marker = marker;
    this.clock = clock;
    trusted = marker == null;
  }

  /** Why the clock cannot be trusted, in one line; empty when it can. */
  Optional<String> problem() {
    if (clock.instant().isBefore(OLDEST)) {
      return Optional.of("the clock is at " + clock.instant() + "; set it, or wait for NTP");
    }
    trusted = trusted || Files.exists(marker);
    return trusted
        ? Optional.empty()
        : Optional.of(
            "the clock is not synchronised: "
                + marker
                + " does not exist; wait for NTP, or give the agent another --clock-marker");
  }
}
