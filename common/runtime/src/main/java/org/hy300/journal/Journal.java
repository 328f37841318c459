// SPDX-License-Identifier: Apache-2.0
// Numbered entries on disk that survive the program and a power cut: bounded, oldest dropped first.
package org.hy300.journal;

import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.stream.Stream;

/**
 * Segments in one directory. Numbers increase; a missing one means that entries were dropped, or
 * damaged on disk. While the disk refuses writes, entries wait in memory and are written with the
 * next ones that succeed.
 *
 * <p>Every call may block, and none is thread-safe: a journal belongs to one worker at a time.
 */
public final class Journal implements AutoCloseable {
  private static final Logger LOG = System.getLogger(Journal.class.getName());

  private static final int LARGEST_SEGMENT = 1024 * 1024;
  private static final int SMALLEST_SEGMENT = 4 * 1024;
  private static final int SEGMENTS = 8;

  /** Limit on entries in memory while the disk refuses writes. */
  private static final int MEMORY_BYTES = 1024 * 1024;

  private static final Buffer NO_DATA = Buffer.buffer();

  /** One entry; numbers may have gaps. */
  public record Entry(long number, Buffer data) {}

  private final Path directory;
  private final long maxBytes;
  private final long segmentBytes;
  private final Runnable refused;
  private final Runnable damaged;
  private final boolean keepsDone;
  private final Deque<Segment> segments = new ArrayDeque<>();
  private final Deque<Entry> unwritten = new ArrayDeque<>();
  private DirectoryLock lock;

  /** Null if the journal is in memory only. */
  private Mark mark;

  private Segment.Reader reader;
  private long unwrittenBytes;
  private long last;
  private long done;
  private long read;

  /** Segments up to the one with this first number were checked for damage at the start. */
  private long searched;

  private boolean refusing;
  private boolean memoryOnly;

  /** Opens a journal without counting damage. */
  public Journal(Path directory, long maxBytes, Runnable refused) throws IOException {
    this(directory, maxBytes, refused, () -> {});
  }

  /**
   * Opens the journal of a directory, which is created if it is missing. If it cannot be created or
   * written, that is logged, and the journal is kept in memory.
   *
   * @param maxBytes limit on the total size of the files
   * @param refused called for each failed write to the disk
   * @param damaged called for each damage that is found in the files
   * @throws IOException when another program uses the journal
   */
  public Journal(Path directory, long maxBytes, Runnable refused, Runnable damaged)
      throws IOException {
    this(directory, maxBytes, refused, damaged, false);
  }

  /**
   * Opens the journal of a directory, like the other constructor.
   *
   * @param keepsDone whether entries that are done stay available to {@link #range} until the space
   *     is needed
   */
  public Journal(
      Path directory, long maxBytes, Runnable refused, Runnable damaged, boolean keepsDone)
      throws IOException {
    this.keepsDone = keepsDone;
    this.directory = directory;
    this.maxBytes = maxBytes;
    this.refused = refused;
    this.damaged = damaged;
    segmentBytes = Math.max(SMALLEST_SEGMENT, Math.min(LARGEST_SEGMENT, maxBytes / SEGMENTS));
    try {
      Files.createDirectories(directory);
      lock = new DirectoryLock(directory);
      recover();
    } catch (DirectoryLock.InUseException e) {
      throw e;
    } catch (IOException e) {
      memoryOnly = true;
      reader = null;
      closeFiles();
      mark = null;
      segments.clear();
      done = last;
      read = last;
      failed(e);
    }
  }

  private void recover() throws IOException {
    mark = new Mark(directory);
    last = mark.highest();
    done = mark.done();
    if (!mark.isSound()) {
      damaged("the mark is damaged");
    }
    List<Path> files;
    try (Stream<Path> all = Files.list(directory)) {
      files =
          all.filter(f -> f.getFileName().toString().matches("\\d{19}\\" + Segment.SUFFIX))
              .filter(f -> Files.isRegularFile(f, LinkOption.NOFOLLOW_LINKS))
              .sorted()
              .toList();
    }
    List<Long> numbers = new ArrayList<>();
    boolean whole = true;
    for (Path file : files) {
      Segment segment = Segment.open(file);
      segments.addLast(segment);
      Segment.Recovered recovered = segment.recover();
      numbers.addAll(recovered.numbers());
      done = Math.max(done, recovered.done());
      last = Math.max(last, segment.last());
      whole &= recovered.damages() == 0;
      for (int i = 0; i < recovered.damages(); i++) {
        damaged(file.getFileName() + " is damaged");
      }
    }
    last = Math.max(last, done);
    read = done;
    for (Segment segment : segments) {
      // Segments with entries that are done can be skipped.
      if (reader == null || segment.first() <= done + 1) {
        reader = segment.new Reader();
      }
    }
    if (!segments.isEmpty()) {
      searched = segments.getLast().first();
      String holes = Holes.in(numbers, Math.max(done + 1, segments.getFirst().first()), last);
      if (!holes.isEmpty()) {
        if (whole) {
          // Counts as damage, like a file that was cut between two records.
          damaged.run();
        }
        LOG.log(Level.WARNING, "journal {0}: missing are the entries{1}", directory, holes);
      }
    }
  }

  private void damaged(String what) {
    damaged.run();
    LOG.log(Level.WARNING, "journal {0}: {1}", directory, what);
  }

  /** The highest number in use; 0 in a new journal. */
  public long last() {
    return last;
  }

  /** All entries up to this number are done. */
  public long done() {
    return done;
  }

  /** Whether the last write to the disk succeeded. */
  public boolean isWritable() {
    return !refusing;
  }

  /** Total size of the files. */
  public long bytes() {
    return segments.stream().mapToLong(Segment::length).sum();
  }

  /**
   * Hands entries to the kernel: they survive a crash of the program, and after {@link #sync} also
   * one of the machine.
   */
  public void append(List<Entry> entries) {
    for (Entry entry : entries) {
      last = entry.number();
      unwritten.addLast(entry);
      unwrittenBytes += entry.data().length();
    }
    try {
      while (!unwritten.isEmpty()) {
        Entry next = unwritten.getFirst();
        makeRoom(next);
        segments.getLast().write(Segment.ENTRY, next.number(), next.data());
        forgetFirst();
        taken();
      }
    } catch (IOException e) {
      failed(e);
      while (unwrittenBytes > MEMORY_BYTES) {
        forgetFirst();
      }
    }
    writeMark();
  }

  /** Includes the numbers of entries that wait in memory, because they are taken. */
  private void writeMark() {
    try {
      if (mark != null) {
        mark.write(last, done);
      }
    } catch (IOException e) {
      failed(e);
    }
  }

  /**
   * Waits until all appended entries are on disk; from then on {@link #read} returns them.
   *
   * @return whether all of them are on disk
   */
  public boolean sync() {
    try {
      if (!segments.isEmpty()) {
        segments.getLast().sync();
      }
      if (mark != null) {
        mark.sync();
      }
      return unwritten.isEmpty();
    } catch (IOException e) {
      failed(e);
      return false;
    }
  }

  /** The next entries after those already read, oldest first, up to a maximum. */
  public List<Entry> read(int most) {
    List<Entry> entries = new ArrayList<>();
    while (entries.size() < most && reader != null) {
      Segment.Item item = nextOnDisk();
      if (item == null) {
        break;
      }
      if (item.kind() == Segment.ENTRY && item.number() > read) {
        read = item.number();
        entries.add(new Entry(item.number(), item.data()));
      }
    }
    for (Entry entry : unwritten) {
      if (entries.size() < most && entry.number() > read) {
        read = entry.number();
        entries.add(entry);
      }
    }
    return entries;
  }

  /** The remaining entries with these numbers, oldest first, up to a maximum. */
  public List<Entry> range(long first, long last, int most) {
    List<Entry> entries = new ArrayList<>();
    for (Segment segment : segments) {
      if (segment.last() >= first && segment.first() <= last) {
        addRange(entries, segment.new Reader(), first, last, most);
      }
    }
    for (Entry entry : unwritten) {
      if (entries.size() < most && entry.number() >= first && entry.number() <= last) {
        entries.add(entry);
      }
    }
    return entries;
  }

  private void addRange(List<Entry> entries, Segment.Reader from, long first, long last, int most) {
    try {
      for (Segment.Item item = from.next();
          item != null && entries.size() < most;
          item = from.next()) {
        if (item.kind() == Segment.ENTRY && item.number() >= first && item.number() <= last) {
          entries.add(new Entry(item.number(), item.data()));
        }
      }
    } catch (IOException e) {
      LOG.log(
          Level.WARNING, "journal {0}: entries cannot be read again: {1}", directory, reason(e));
    }
  }

  private Segment.Item nextOnDisk() {
    while (true) {
      try {
        int before = reader.damages();
        Segment.Item item = reader.next();
        // Damage that was found at the start is logged already.
        if (reader.damages() > before && reader.segment().first() > searched) {
          damaged("something before entry " + item.number() + " cannot be read");
        }
        if (item != null) {
          return item;
        }
        if (reader.isDamaged()) {
          throw new IOException("damaged");
        }
      } catch (IOException e) {
        damaged("what follows entry " + read + " cannot be read: " + reason(e));
        reader.skipToEnd();
      }
      Segment at = reader.segment();
      Segment next = segments.stream().filter(s -> s.first() > at.first()).findFirst().orElse(null);
      if (next == null) {
        return null;
      }
      reader = next.new Reader();
    }
  }

  /**
   * Marks the entries up to this number as done. Their files are deleted when they are full, or
   * when the space is needed.
   */
  public void done(long number) {
    if (number <= done) {
      return;
    }
    done = number;
    while (!unwritten.isEmpty() && unwritten.getFirst().number() <= number) {
      forgetFirst();
    }
    try {
      while (!keepsDone && segments.size() > 1 && segments.getFirst().last() <= number) {
        dropOldest();
      }
      if (!segments.isEmpty()) {
        segments.getLast().write(Segment.DONE, number, NO_DATA);
      }
    } catch (IOException e) {
      failed(e);
    }
    writeMark();
  }

  /** Writes these entries and, once they are on disk, deletes everything before them. */
  public void replaceBy(List<Entry> entries) {
    try {
      int before = segments.size();
      begin(last + 1);
      for (Entry entry : entries) {
        segments.getLast().write(Segment.ENTRY, entry.number(), entry.data());
        last = entry.number();
      }
      segments.getLast().sync();
      mark.write(last, done);
      mark.sync();
      for (int i = 0; i < before; i++) {
        dropOldest();
      }
    } catch (IOException e) {
      failed(e);
    }
  }

  private void makeRoom(Entry next) throws IOException {
    if (segments.isEmpty()
        || (!segments.getLast().isEmpty()
            && segments.getLast().length() + Segment.size(next.data()) > segmentBytes)) {
      long wanted = Math.max(segmentBytes, Segment.size(next.data()));
      while (segments.size() > 1 && bytes() + wanted > maxBytes) {
        dropOldest();
      }
      begin(next.number());
    }
  }

  /**
   * Each segment starts with the number that is done, because the segment that last recorded it may
   * be deleted.
   */
  private void begin(long first) throws IOException {
    if (memoryOnly) {
      throw new IOException("it could not be opened");
    }
    if (!segments.isEmpty()) {
      segments.getLast().sync();
    }
    Segment segment = Segment.create(directory, first);
    try {
      segment.write(Segment.DONE, done, NO_DATA);
    } catch (IOException e) {
      segment.delete();
      throw e;
    }
    segments.addLast(segment);
    if (reader == null) {
      reader = segment.new Reader();
    }
  }

  private void dropOldest() throws IOException {
    Segment oldest = segments.removeFirst();
    if (reader.segment() == oldest && !segments.isEmpty()) {
      reader = segments.getFirst().new Reader();
    }
    oldest.delete();
  }

  private void forgetFirst() {
    unwrittenBytes -= unwritten.removeFirst().data().length();
  }

  private void failed(IOException why) {
    refused.run();
    if (!refusing) {
      refusing = true;
      LOG.log(
          Level.WARNING,
          "journal {0} cannot be written: {1}; what happens waits in memory {2}",
          directory,
          reason(why),
          memoryOnly ? "until the program is started with a directory that can" : "until it can");
    }
  }

  /** Exceptions of java.nio.file often contain only the file's name. */
  private static String reason(IOException e) {
    return e instanceof FileSystemException file && file.getReason() == null
        ? e.getClass().getSimpleName() + " " + e.getMessage()
        : e.getMessage();
  }

  private void taken() {
    if (refusing) {
      refusing = false;
      LOG.log(Level.INFO, "journal {0} can be written again", directory);
    }
  }

  /** Writes everything to disk and releases the directory. */
  @Override
  public void close() {
    sync();
    closeFiles();
  }

  private void closeFiles() {
    try {
      for (Segment segment : segments) {
        segment.close();
      }
      if (mark != null) {
        mark.close();
      }
      if (lock != null) {
        lock.close();
      }
    } catch (IOException e) {
      LOG.log(Level.WARNING, "journal {0}: {1}", directory, reason(e));
    }
  }
}
