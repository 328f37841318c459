// SPDX-License-Identifier: Apache-2.0
// Small changes to bytes, for fuzz tests.
package org.hy300.collector;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/**
 * Makes mutants.
 *
 * @param tokens texts with a meaning for the parser under test
 */
public record Mutation(Random random, List<String> tokens) {
  private static final int MAX_CUT = 8;
  private static final int MAX_COPY = 40;

  /** Replaces some bytes, often none, by one byte, a piece of the message or a token. */
  public byte[] of(byte[] message) {
    int at = random.nextInt(message.length + 1);
    int rest = message.length - at;
    int cut = random.nextInt(3) == 0 ? random.nextInt(Math.min(MAX_CUT, rest) + 1) : 0;
    byte[] put = insertion(message);
    byte[] mutant = Arrays.copyOf(message, message.length - cut + put.length);
    System.arraycopy(put, 0, mutant, at, put.length);
    System.arraycopy(message, at + cut, mutant, at + put.length, rest - cut);
    return mutant;
  }

  private byte[] insertion(byte[] message) {
    return switch (random.nextInt(4)) {
      case 0 -> new byte[] {(byte) random.nextInt(256)};
      case 1 -> {
        int from = random.nextInt(message.length + 1);
        yield Arrays.copyOfRange(
            message, from, Math.min(message.length, from + random.nextInt(MAX_COPY)));
      }
      default -> tokens.get(random.nextInt(tokens.size())).getBytes(StandardCharsets.UTF_8);
    };
  }
}
