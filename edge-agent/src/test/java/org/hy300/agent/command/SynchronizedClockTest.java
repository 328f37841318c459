// SPDX-License-Identifier: Apache-2.0
package org.hy300.agent.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SynchronizedClockTest {
  private static final Instant NOW = Instant.parse("2026-11-21T04:00:00Z");

  @TempDir private Path directory;

  @Test
  void theMarkerIsWaitedForAndThenRemembered() throws Exception {
    Path marker = directory.resolve("synchronized");
    SynchronizedClock clock = new SynchronizedClock(marker, InstantSource.fixed(NOW));
    assertThat(clock.problem()).get().asString().contains(marker.toString());
    Files.createFile(marker);
    assertThat(clock.problem()).isEmpty();
    Files.delete(marker);
    assertThat(clock.problem()).isEmpty();
  }

  @Test
  void aClockThatStandsBeforeThisProgramWasIsNeverTrusted() {
    InstantSource early = InstantSource.fixed(Instant.EPOCH.plusSeconds(40));
    assertThat(new SynchronizedClock(null, early).problem())
        .get()
        .asString()
        .contains("1970-01-01T00:00:40Z");
    assertThat(new SynchronizedClock(null, InstantSource.fixed(NOW)).problem()).isEmpty();
  }
}
