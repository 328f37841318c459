// SPDX-License-Identifier: Apache-2.0
package org.hy300.collector.exposition;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LinesTest {
  private static String text(double value) {
    Lines lines = new Lines(1);
    lines.number(value);
    return new String(lines.bytes(), 0, lines.length(), StandardCharsets.US_ASCII);
  }

  @ParameterizedTest
  @CsvSource({
    "0,0",
    "-0.0,0",
    "9,9",
    "10,10",
    "-127,-127",
    "9007199254740991,9007199254740991",
    "0.5,0.5",
    "-0.003,-0.003",
    "47.25,47.25",
    "1795233600.123,1795233600.123",
    "0.000000001,0.000000001",
    "100.000001,100.000001",
    "1e300,1.0E300",
    "1.0E-10,1.0E-10",
  })
  void numbersAreShort(double value, String expected) {
    assertThat(text(value)).isEqualTo(expected);
  }

  @Test
  void numbersAreReadBackAsTheyWere() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    for (int i = 0; i < 300_000; i++) {
      double value =
          switch (i % 4) {
            case 0 -> Double.longBitsToDouble(random.nextLong());
            case 1 -> random.nextInt() / 1000.0;
            case 2 -> random.nextLong() / 1e9;
            default -> random.nextGaussian();
          };
      if (Double.isFinite(value)) {
        assertThat(Double.parseDouble(text(value))).as("seed %d", seed).isEqualTo(value + 0.0);
      }
    }
  }
}
