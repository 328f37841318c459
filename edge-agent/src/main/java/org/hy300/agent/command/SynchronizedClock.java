// SPDX-License-Identifier: Apache-2.0
// Decides whether the clock can be used to expire commands.
package org.hy300.agent.command;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;

/**
 * The clock is trusted once the marker file has been seen, and never while it is before {@link
 * #OLDEST}. systemd-timesyncd creates its marker in /run, which is empty after a boot, at its first
 * contact with a time server. The hook of another NTP client can create one. Java cannot call
 * adjtimex(2), the kernel's own status, without native code.
 */
final class SynchronizedClock {
  /** Before this program existed: the clock of a machine that has lost power. */
  static final Instant OLDEST = Instant.parse("2024-01-01T00:00:00Z");

  private final Path marker;
  private final InstantSource clock;
  private boolean trusted;

  /**
   * Creates the check.
   *
   * @param marker null to trust the clock from the start, as with a real-time clock
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
