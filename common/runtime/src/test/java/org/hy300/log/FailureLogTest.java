// SPDX-License-Identifier: Apache-2.0
package org.hy300.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class FailureLogTest {
  private long now = Long.MAX_VALUE - 5;
  private final FailureLog log = new FailureLog(() -> now);

  private int linesIn(Duration time, String... failures) {
    int lines = 0;
    for (long s = 0; s < time.toSeconds(); s++) {
      now += Duration.ofSeconds(1).toNanos();
      lines += log.failed(failures[(int) (s % failures.length)]).isPresent() ? 1 : 0;
    }
    return lines;
  }

  @Test
  void aFailureIsSaidAtOnceAndThenAtGrowingIntervals() {
    assertThat(log.failed("refused")).contains("refused");
    assertThat(linesIn(Duration.ofSeconds(59), "refused")).isZero();
    assertThat(linesIn(Duration.ofSeconds(1), "refused")).isOne();
    assertThat(linesIn(Duration.ofSeconds(119), "refused")).isZero();
    now += Duration.ofSeconds(1).toNanos();
    assertThat(log.failed("refused")).contains("refused (181 times)");
    linesIn(Duration.ofHours(10), "refused");
    assertThat(linesIn(Duration.ofHours(10), "refused")).isEqualTo(10);
  }

  @Test
  void anotherFailureIsSaidAtOnceAndTwoThatAlternateAreNot() {
    assertThat(log.failed("refused")).isPresent();
    assertThat(log.failed("silent")).contains("silent");
    assertThat(linesIn(Duration.ofSeconds(59), "silent", "refused")).isZero();
  }

  @Test
  void whatDiffersByNumbersOnlyIsTheSame() {
    assertThat(log.failed("the clock says 2026-11-29T09:00:01Z")).isPresent();
    assertThat(log.failed("the clock says 2026-11-29T09:00:02Z")).isEmpty();
  }

  @Test
  void whoeverInventsFailuresFillsNeitherLogNorMemory() {
    int lines = 0;
    for (int i = 0; i < 10_000; i++) {
      String invented = "x".repeat(i + 1);
      lines += log.failed(invented).isPresent() ? 1 : 0;
    }
    assertThat(lines).isEqualTo(17);
  }

  @Test
  void afterATimeThatWasWellEverythingIsNew() {
    assertThat(log.failed("refused")).isPresent();
    log.forget();
    assertThat(log.failed("refused")).contains("refused");
  }
}
