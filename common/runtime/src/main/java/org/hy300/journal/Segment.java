// SPDX-License-Identifier: Apache-2.0
// One file of a journal: a sequence of records with length and checksum.
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
 * The format of a record, in network byte order: length of the part after the checksum (4 bytes),
 * CRC-32C of the length and of that part (4 bytes), kind (1), number (8), data. The file's name is
 * the number of its first entry, even if it has none yet.
 *
 * <p>A damaged record affects only itself: the reader searches for the next valid one byte by byte.
 * The content of entries cannot be mistaken for a record, because it is text, and a record starts
 * with a zero byte.
 */
final class Segment implements AutoCloseable {
  static final String SUFFIX = ".journal";

  /** A record with data. */
  static final byte ENTRY = 1;

  /** A record that marks all entries up to this number as done. */
  static final byte DONE = 2;

  private static final int HEADER = 8;
  private static final int FIXED = 9;

  /** More than any message needs, and small enough to read from a damaged file. */
  private static final int MAX_LENGTH = 256 * 1024;

  private static final int WINDOW = 32 * 1024;

  /** One record. */
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

  /** Creates a new, empty file, whose name is on disk on return. */
  static Segment create(Path directory, long first) throws IOException {
    Path file = directory.resolve("%019d%s".formatted(first, SUFFIX));
    // The remains of a failed creation, or a link to elsewhere.
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

  /** Opens a file of an earlier run; call {@link #recover} next. */
  static Segment open(Path file) throws IOException {
    String name = file.getFileName().toString();
    long first = Long.parseLong(name.substring(0, name.length() - SUFFIX.length()));
    return new Segment(
        file,
        first,
        Set.of(StandardOpenOption.READ, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS));
  }

  /**
   * Reads everything and cuts off damage at the end.
   *
   * @return the content of the valid records
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
    // Data of a killed program may still be in the kernel's cache only.
    channel.force(false);
    return new Recovered(done, numbers, damages);
  }

  /**
   * The content of an earlier run's file.
   *
   * @param done the highest number that is marked as done, or 0
   * @param numbers of its entries
   * @param damages number of places without a valid record
   */
  record Recovered(long done, List<Long> numbers, int damages) {}

  long first() {
    return first;
  }

  /** The number of the newest entry; without entries, one less than the file's name. */
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

  /** Writes after the last complete record, and so overwrites one that failed halfway. */
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

  /** Waits until all data is on disk; readers see it from then on. */
  void sync() throws IOException {
    if (syncedLength < length) {
      try {
        channel.force(false);
      } finally {
        // After a failure the kernel may mark the same pages clean, so a second sync proves
        // nothing.
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

  /** Reads forward from the start, up to what is on disk. */
  final class Reader {
    private ByteBuffer window = ByteBuffer.allocate(0);
    private long offset;
    private int damages;

    Segment segment() {
      return Segment.this;
    }

    /** The next valid record; null if there is none. */
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

    /** Number of places without a valid record so far. */
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

    /** The record at this position; null if there is none. */
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

    /** After null: whether unreadable data follows. */
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
        // Until the buffer is full, or the file has become shorter.
      }
      window = fresh.flip();
      return window.remaining() >= wanted;
    }
  }
}
