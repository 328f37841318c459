// SPDX-License-Identifier: Apache-2.0
// What the kernel passed to this process at its start: clock tick and page size.
package org.hy300.agent.source.process;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/**
 * Two entries of the auxiliary vector (linux/auxvec.h).
 *
 * @param clockTick ticks a second, the unit of processor time in /proc
 * @param pageSize bytes of a page, the unit of resident memory in /proc
 */
record Auxv(long clockTick, long pageSize) {
  private static final long AT_NULL = 0;
  private static final long AT_PAGESZ = 6;
  private static final long AT_CLKTCK = 17;

  private static final int MIN_TICK = 50;
  private static final int MAX_TICK = 1000;

  /**
   * Reads the vector of a process on this machine.
   *
   * @throws IOException when it cannot be read, or has no plausible clock tick or page size;
   *     neither is ever guessed
   */
  static Auxv read(Path file) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    // The word size is the process's: a 32-bit Java on a 64-bit kernel has small words.
    Map<Long, Long> entries = entries(bytes, Long.BYTES);
    if (!entries.containsKey(AT_PAGESZ)) {
      entries = entries(bytes, Integer.BYTES);
    }
    long tick = entries.getOrDefault(AT_CLKTCK, 0L);
    long page = entries.getOrDefault(AT_PAGESZ, 0L);
    if (tick < MIN_TICK || tick > MAX_TICK) {
      throw new IOException(
          "%s: AT_CLKTCK is %d, and only %d to %d is accepted"
              .formatted(file, tick, MIN_TICK, MAX_TICK));
    }
    if (page <= 0 || Long.bitCount(page) != 1) {
      throw new IOException("%s: AT_PAGESZ is %d, and no power of two".formatted(file, page));
    }
    return new Auxv(tick, page);
  }

  private static Map<Long, Long> entries(byte[] bytes, int wordBytes) {
    ByteBuffer words = ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder());
    Map<Long, Long> entries = new HashMap<>();
    while (words.remaining() >= 2 * wordBytes) {
      long type = word(words, wordBytes);
      long value = word(words, wordBytes);
      if (type == AT_NULL) {
        break;
      }
      entries.put(type, value);
    }
    return entries;
  }

  private static long word(ByteBuffer words, int wordBytes) {
    return wordBytes == Long.BYTES ? words.getLong() : Integer.toUnsignedLong(words.getInt());
  }
}
