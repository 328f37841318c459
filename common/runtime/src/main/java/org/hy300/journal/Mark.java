// SPDX-License-Identifier: Apache-2.0
// A journal's highest number and what is done, apart from the entries: damage to one leaves the
// other.
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
 * Two numbers of 8 bytes and their CRC-32C, in network byte order, always written over. That takes
 * no new block, so a full disk takes it as well.
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

  /** Opens a directory's mark, and makes it when it is missing. */
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
      // Until full, or the file is shorter.
    }
    sound = !buffer.hasRemaining() && buffer.getInt(NUMBERS) == checksum(buffer);
    if (sound) {
      highest = buffer.getLong(0);
      done = buffer.getLong(Long.BYTES);
    }
  }

  /** Whether it could be read; a new one can. */
  boolean isSound() {
    return sound;
  }

  /** The highest number ever given, as far as it is known; 0 in a new one. */
  long highest() {
    return highest;
  }

  /** Up to which number everything is done. */
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

  /** Waits until the highest number is on the disk. */
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
