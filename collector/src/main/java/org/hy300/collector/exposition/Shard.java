// SPDX-License-Identifier: Apache-2.0
// A part of the fleet, so that several scrapers can share it.
package org.hy300.collector.exposition;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The devices whose names have its hash. Each device is always in the same one of the {@code count}
 * shards.
 *
 * @param index from 1
 */
public record Shard(int index, int count) {
  public static final Shard ALL = new Shard(1, 1);
  private static final int MAX = 10_000;
  private static final Pattern TEXT = Pattern.compile("([0-9]{1,5})/([0-9]{1,5})");

  /** Parses {@code i/n}; empty unless it is 1/1 to n/n. */
  public static Optional<Shard> parse(String text) {
    Matcher matcher = TEXT.matcher(text);
    if (matcher.matches()) {
      int index = Integer.parseInt(matcher.group(1));
      int count = Integer.parseInt(matcher.group(2));
      if (index >= 1 && index <= count && count <= MAX) {
        return Optional.of(new Shard(index, count));
      }
    }
    return Optional.empty();
  }

  boolean has(byte[] device) {
    return has(device, 0, device.length);
  }

  /** The same for a name inside an array. */
  boolean has(byte[] text, int from, int length) {
    if (count == 1) {
      return true;
    }
    int hash = 1;
    for (int i = from; i < from + length; i++) {
      hash = 31 * hash + text[i];
    }
    // Hashes of similar names differ more in the upper bits than in the lower ones.
    hash *= 0x9E3779B9;
    return Math.floorMod(hash >>> 7, count) == index - 1;
  }
}
