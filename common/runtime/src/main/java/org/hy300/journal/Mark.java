// SPDX-License-Identifier: Apache-2.0
// A journal's highest number and the number that is done, stored apart from the entries, so that
// damage affects only one of them.
package org.hy300.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.zip.CRC32C;

/**
 * Two numbers of 8 bytes and their CRC-32C, in network byte order, always overwritten in place.
 * That needs no new block, so it works on a full disk.
 */
final class Mark implements AutoCloseable {
  private static final String NAME = "mark";
  private static final int NUMBERS = 16;
  private static final int LENGTH = NUMBERS + 4;

  private final FileChannel channel;
  private long highest;
  private long done;
  private boolean sound = true;
  private boolean unsynced;

  /** Opens a directory's mark, and creates it if it is missing. */
  Mark(Path directory) throws IOException {
    channel =
        FileChannel.open(
            directory.resolve(NAME),
            Set.of(
                StandardOpenOption.CREATE,
                StandardOpenOption.READ,
                StandardOpenOption.WRITE,
                LinkOption.NOFOLLOW_LINKS));
    if (channel.size() > 0) {
      read();
    }
  }

  private void read() throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(LENGTH);
    while (buffer.hasRemaining() && channel.read(buffer, buffer.position()) >= 0) {
      // Until the buffer is full or the file ends.
    }
    sound = !buffer.hasRemaining() && buffer.getInt(NUMBERS) == checksum(buffer);
    if (sound) {
      highest = buffer.getLong(0);
      done = buffer.getLong(Long.BYTES);
    }
  }

  /** Whether the mark is readable; a new one is. */
  boolean isSound() {
    return sound;
  }

  /** The highest number ever used, as far as known; 0 in a new one. */
  long highest() {
    return highest;
  }

  /** All entries up to this number are done. */
  long done() {
    return done;
  }

  /** Hands both numbers to the kernel. */
  void write(long newHighest, long newDone) throws IOException {
    if (newHighest == highest && newDone == done && sound) {
      return;
    }
    ByteBuffer buffer = ByteBuffer.allocate(LENGTH).putLong(newHighest).putLong(newDone);
    buffer.putInt(checksum(buffer)).flip();
    channel.write(buffer, 0);
    unsynced |= newHighest != highest;
    highest = newHighest;
    done = newDone;
    sound = true;
  }

  /** Waits until the highest number is on disk. */
  void sync() throws IOException {
    if (unsynced) {
      channel.force(false);
      unsynced = false;
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }

  private static int checksum(ByteBuffer buffer) {
    CRC32C crc = new CRC32C();
    crc.update(buffer.slice(0, NUMBERS));
    return (int) crc.getValue();
  }
}
