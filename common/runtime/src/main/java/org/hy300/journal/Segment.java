// SPDX-License-Identifier: Apache-2.0
// One file of a journal: records with length and checksum, one after another.
package org.hy300.journal;

import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.zip.CRC32C;

/**
 * A record is, in network byte order: length (4 bytes, of what follows the checksum), CRC-32C (4
 * bytes, of the length and of what follows), kind (1), number (8), data. The file's name is the
 * number that its first entry has or would have.
 *
 * <p>A damaged record costs itself alone: the next whole one is looked for byte by byte. What
 * entries carry cannot be taken for a record, for that begins with a zero byte and they are texts.
 */
final class Segment implements AutoCloseable {
  static final String SUFFIX = ".journal";

  /** A record that carries something. */
  static final byte ENTRY = 1;

  /** A record that says: all entries up to this number are done. */
  static final byte DONE = 2;

  private static final int HEADER = 8;
  private static final int FIXED = 9;

  /** More than any message has, and little enough to be read from a file that is damaged. */
  private static final int MAX_LENGTH = 256 * 1024;

  private static final int WINDOW = 32 * 1024;

  /** One record as it was read. */
  record Item(byte kind, long number, Buffer data) {}

  private final Path file;
  private final long first;
  private final FileChannel channel;
  private long last;
  private long length;
  private long syncedLength;

  private Segment(Path file, long first, Set<OpenOption> options) throws IOException {
    this.file = file;
    this.first = first;
    last = first - 1;
    channel = FileChannel.open(file, options);
  }

  /** Makes a new, empty file whose name is on the disk when this returns. */
  static Segment create(Path directory, long first) throws IOException {
    Path file = directory.resolve("%019d%s".formatted(first, SUFFIX));
    // What a creation that failed has left, or a link that leads elsewhere.
    Files.deleteIfExists(file);
    Segment created =
        new Segment(
            file,
            first,
            Set.of(
                StandardOpenOption.CREATE_NEW, StandardOpenOption.READ, StandardOpenOption.WRITE));
    try (FileChannel names = FileChannel.open(directory, StandardOpenOption.READ)) {
      names.force(true);
    } catch (IOException e) {
      created.close();
      throw e;
    }
    return created;
  }

  /** Opens a file of an earlier run; {@link #recover} comes next. */
  static Segment open(Path file) throws IOException {
    String name = file.getFileName().toString();
    long first = Long.parseLong(name.substring(0, name.length() - SUFFIX.length()));
    return new Segment(
        file,
        first,
        Set.of(StandardOpenOption.READ, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS));
  }

  /**
   * Reads everything and cuts off what is damaged at the end.
   *
   * @return what its whole records say
   */
  Recovered recover() throws IOException {
    syncedLength = channel.size();
    Reader reader = new Reader();
    long done = 0;
    List<Long> numbers = new ArrayList<>();
    for (Item item = reader.next(); item != null; item = reader.next()) {
      if (item.kind() == DONE) {
        done = Math.max(done, item.number());
      } else {
        last = item.number();
        numbers.add(last);
      }
    }
    int damages = reader.damages() + (reader.isDamaged() ? 1 : 0);
    length = reader.offset;
    syncedLength = length;
    if (length < channel.size()) {
      channel.truncate(length);
    }
    // What a killed program has written may be no further than in the kernel's cache.
    channel.force(false);
    return new Recovered(done, numbers, damages);
  }

  /**
   * What a file of an earlier run has.
   *
   * @param done the highest number that is said to be done, 0 when none is
   * @param numbers of its entries
   * @param damages places at which there was something else than a whole record
   */
  record Recovered(long done, List<Long> numbers, int damages) {}

  long first() {
    return first;
  }

  /** The number of the newest entry; the one before that of the name when there is none. */
  long last() {
    return last;
  }

  boolean isEmpty() {
    return last < first;
  }

  long length() {
    return length;
  }

  static int size(Buffer data) {
    return HEADER + FIXED + data.length();
  }

  /** Writes behind the last whole record, so that one that failed half-way is written over. */
  void write(byte kind, long number, Buffer data) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(size(data));
    buffer
        .putInt(FIXED + data.length())
        .putInt(0)
        .put(kind)
        .putLong(number)
        .put(data.getBytes())
        .flip();
    buffer.putInt(4, checksum(buffer, 0));
    int written = 0;
    while (buffer.hasRemaining()) {
      written += channel.write(buffer, length + written);
    }
    length += written;
    if (kind == ENTRY) {
      last = number;
    }
  }

  /** Waits until everything written is on the disk; readers see it from then on. */
  void sync() throws IOException {
    if (syncedLength < length) {
      try {
        channel.force(false);
      } finally {
        // After a failure the kernel may call the same pages clean: asking again proves nothing.
        syncedLength = length;
      }
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }

  void delete() throws IOException {
    close();
    Files.deleteIfExists(file);
  }

  private static int checksum(ByteBuffer buffer, int at) {
    CRC32C crc = new CRC32C();
    crc.update(buffer.slice(at, 4));
    crc.update(buffer.slice(at + HEADER, buffer.getInt(at)));
    return (int) crc.getValue();
  }

  /** Reads forward from the beginning, as far as the disk has it. */
  final class Reader {
    private ByteBuffer window = ByteBuffer.allocate(0);
    private long offset;
    private int damages;

    Segment segment() {
      return Segment.this;
    }

    /** The next whole record; null at the end, and when none follows. */
    Item next() throws IOException {
      long from = offset;
      Item item = here();
      while (item == null && syncedLength - offset > HEADER + FIXED) {
        seek(offset + 1);
        item = here();
      }
      if (item == null) {
        seek(from);
      } else if (offset - HEADER - FIXED - item.data().length() > from) {
        damages++;
      }
      return item;
    }

    /** How often something else than a whole record was passed over. */
    int damages() {
      return damages;
    }

    private void seek(long to) {
      int position = (int) (window.position() + to - offset);
      if (position >= 0 && position <= window.limit()) {
        window.position(position);
      } else {
        window = ByteBuffer.allocate(0);
      }
      offset = to;
    }

    /** The record that begins here; null when none does. */
    private Item here() throws IOException {
      if (!fill(HEADER)) {
        return null;
      }
      int bodyLength = window.getInt(window.position());
      if (bodyLength < FIXED || bodyLength > MAX_LENGTH || !fill(HEADER + bodyLength)) {
        return null;
      }
      int at = window.position();
      byte kind = window.get(at + HEADER);
      if (window.getInt(at + 4) != checksum(window, at) || (kind != ENTRY && kind != DONE)) {
        return null;
      }
      byte[] data = new byte[bodyLength - FIXED];
      window.get(at + HEADER + FIXED, data);
      Item item = new Item(kind, window.getLong(at + HEADER + 1), Buffer.buffer(data));
      window.position(at + HEADER + bodyLength);
      offset += HEADER + bodyLength;
      return item;
    }

    /** After null: whether something follows that cannot be read. */
    boolean isDamaged() {
      return offset < syncedLength;
    }

    void skipToEnd() {
      offset = syncedLength;
      window = ByteBuffer.allocate(0);
    }

    private boolean fill(int wanted) throws IOException {
      if (window.remaining() >= wanted) {
        return true;
      }
      if (syncedLength - offset < wanted) {
        return false;
      }
      ByteBuffer fresh =
          ByteBuffer.allocate((int) Math.min(syncedLength - offset, Math.max(wanted, WINDOW)));
      while (fresh.hasRemaining() && channel.read(fresh, offset + fresh.position()) >= 0) {
        // Until full, or the file is shorter than it was.
      }
      window = fresh.flip();
      return window.remaining() >= wanted;
    }
  }
}
