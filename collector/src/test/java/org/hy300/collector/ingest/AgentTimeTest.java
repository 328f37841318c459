// SPDX-License-Identifier: Apache-2.0
package org.hy300.collector.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** It reads what Java reads, or leaves it to Java. */
class AgentTimeTest {
  private static long read(String text) {
    byte[] bytes = ("<" + text + ">").getBytes(StandardCharsets.UTF_8);
    return AgentTime.read(bytes, 1, bytes.length - 1);
  }

  @Test
  void everyDayOfFourCenturiesIsWhereItIs() {
    Random random = new Random(1);
    for (long day = 0; day < 400 * 366; day++) {
      long time = day * 86_400_000 + random.nextInt(86_400) * 1000L + 1 + random.nextInt(999);
      assertThat(read(Instant.ofEpochMilli(time).toString())).isEqualTo(time);
    }
  }

  @Test
  void otherFormsAreLeftToJava() {
    for (String text :
        new String[] {
          "",
          "now",
          "2026-11-21T04:00:00Z",
          "2026-11-21T04:00:00.1234Z",
          "2026-11-21T04:00:00,123Z",
          "2026-11-21 04:00:00.123Z",
          "2026-11-21T04:00:00.123z",
          "2026-11-2:T04:00:00.123Z",
          "2026-13-21T04:00:00.123Z",
          "2026-00-21T04:00:00.123Z",
          "2026-02-29T04:00:00.123Z",
          "2100-02-29T04:00:00.123Z",
          "2026-04-31T04:00:00.123Z",
          "2026-04-00T04:00:00.123Z",
          "2026-11-21T24:00:00.123Z",
          "2026-11-21T04:60:00.123Z",
          "2026-11-21T04:00:60.123Z"
        }) {
      assertThat(read(text)).as(text).isNegative();
    }
    assertThat(read("2000-02-29T23:59:59.999Z")).isEqualTo(951_868_799_999L);
    assertThat(read("1969-12-31T23:59:59.999Z")).isNegative();
  }
}
