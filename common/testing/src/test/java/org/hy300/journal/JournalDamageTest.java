// SPDX-License-Identifier: Apache-2.0
// A journal of three files with any byte changed, or cut at any place.
package org.hy300.journal;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.hy300.testing.LogLines;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JournalDamageTest {
  private static final int FILES = 3;
  private static final int ENTRIES = 4;
  private static final long DONE = 2;
  private static final long LAST = FILES * ENTRIES;

  private final AtomicInteger damages = new AtomicInteger();
  @TempDir private Path directory;

  private int cases;
  private final List<Path> files = new ArrayList<>();
  private final List<byte[]> sound = new ArrayList<>();

  /** The ends of the entries of each file; the first entry follows the number that is done. */
  private final List<List<Integer>> ends = new ArrayList<>();

  private static Buffer data(long number) {
    return Buffer.buffer("motor\n{\"seq\":" + number + "}");
  }

  private Journal open() throws IOException {
    return new Journal(directory, 1 << 20, () -> {}, damages::incrementAndGet);
  }

  @BeforeEach
  void fill() throws IOException {
    for (int file = 0; file < FILES; file++) {
      List<Integer> theirs = new ArrayList<>();
      try (Segment segment = Segment.create(directory, file * ENTRIES + 1)) {
        segment.write(Segment.DONE, file == 0 ? 0 : DONE, Buffer.buffer());
        for (long number = segment.first(); number < segment.first() + ENTRIES; number++) {
          theirs.add((int) segment.length());
          segment.write(Segment.ENTRY, number, data(number));
        }
        theirs.add((int) segment.length());
      }
      ends.add(theirs);
    }
    writeMark();
    try (Stream<Path> all = Files.list(directory)) {
      files.addAll(all.filter(f -> f.toString().endsWith(Segment.SUFFIX)).sorted().toList());
    }
    for (Path file : files) {
      sound.add(Files.readAllBytes(file));
    }
  }

  /** Damages one file, checks what the journal still returns, and restores the file. */
  private void holds(String what, int damaged, byte[] bytes, List<Long> lost) throws IOException {
    Files.write(files.get(damaged), bytes);
    damages.set(0);
    List<Long> kept = new ArrayList<>(LongStream.rangeClosed(DONE + 1, LAST).boxed().toList());
    kept.removeAll(lost);
    try (Journal journal = open()) {
      assertThat(damages.get()).as(what).isPositive();
      assertThat(journal.last()).as(what).isEqualTo(LAST);
      assertThat(journal.done()).as(what).isEqualTo(DONE);
      assertThat(read(journal)).as(what).isEqualTo(kept);
    }
    if (++cases % 10 == 0) {
      goesOn(what, kept);
    }
    Files.write(files.get(damaged), sound.get(damaged));
  }

  private void goesOn(String what, List<Long> kept) throws IOException {
    try (Journal journal = open()) {
      journal.append(List.of(new Journal.Entry(LAST + 1, data(LAST + 1))));
      journal.sync();
    }
    kept.add(LAST + 1);
    try (Journal journal = open()) {
      assertThat(journal.last()).as(what).isEqualTo(LAST + 1);
      assertThat(read(journal)).as(what + ", written on").isEqualTo(kept);
    }
    Files.write(files.get(FILES - 1), sound.get(FILES - 1));
    writeMark();
  }

  private void writeMark() throws IOException {
    Files.deleteIfExists(directory.resolve("mark"));
    try (Mark mark = new Mark(directory)) {
      mark.write(LAST, DONE);
    }
  }

  private static List<Long> read(Journal journal) {
    List<Journal.Entry> entries = journal.read(1000);
    assertThat(entries).allSatisfy(e -> assertThat(e.data()).isEqualTo(data(e.number())));
    return entries.stream().map(Journal.Entry::number).toList();
  }

  private List<Long> entries(int file, int from, int to) {
    List<Long> touched = new ArrayList<>();
    for (int i = 0; i < ENTRIES; i++) {
      if (ends.get(file).get(i + 1) > from && ends.get(file).get(i) < to) {
        touched.add((long) file * ENTRIES + 1 + i);
      }
    }
    return touched;
  }

  @Test
  void anyByteThatIsAnotherCostsItsEntryAlone() throws IOException {
    for (int file = 0; file < FILES; file++) {
      for (int at = 0; at < sound.get(file).length; at++) {
        for (int bits : new int[] {1 << (at % 8), 0xff}) {
          byte[] bytes = sound.get(file).clone();
          bytes[at] ^= (byte) bits;
          String what = "byte %d of file %d by %x".formatted(at, file, bits);
          holds(what, file, bytes, entries(file, at, at + 1));
        }
      }
    }
  }

  @Test
  void aFileThatEndsAnywhereCostsWhatIsBehind() throws IOException {
    for (int file = 0; file < FILES; file++) {
      for (int to = 0; to < sound.get(file).length; to++) {
        byte[] bytes = Arrays.copyOf(sound.get(file), to);
        String what = "file %d cut at %d".formatted(file, to);
        holds(what, file, bytes, entries(file, to, Integer.MAX_VALUE));
      }
    }
  }

  @Test
  void manyBytesThatAreOthersCostTheirEntries() throws IOException {
    for (byte filling : new byte[] {0, (byte) 0xff, 1}) {
      for (int file = 0; file < FILES; file++) {
        byte[] bytes = sound.get(file).clone();
        Arrays.fill(bytes, 5, bytes.length - 40, filling);
        holds("filled", file, bytes, entries(file, 5, bytes.length - 40));
      }
    }
  }

  @Test
  void aMarkThatIsDamagedCostsNothing() throws IOException {
    Path file = directory.resolve("mark");
    byte[] whole = Files.readAllBytes(file);
    for (int at = 0; at < 2 * whole.length; at++) {
      byte[] bytes = Arrays.copyOf(whole, at % whole.length + 1);
      if (at < whole.length) {
        bytes = whole.clone();
        bytes[at] ^= 1;
      } else if (bytes.length == whole.length) {
        continue;
      }
      Files.write(file, bytes);
      damages.set(0);
      try (Journal journal = open()) {
        assertThat(damages).hasValue(1);
        assertThat(journal.last()).isEqualTo(LAST);
        assertThat(read(journal)).hasSize((int) (LAST - DONE));
      }
    }
  }

  @Test
  void whatIsMissingIsSaid() throws IOException {
    byte[] bytes = sound.get(1).clone();
    bytes[ends.get(1).get(1)] ^= 1;
    try (LogLines log = new LogLines(Journal.class)) {
      holds("one byte", 1, bytes, List.of(6L));
      assertThat(log.lines().subList(0, 2))
          .containsExactly(
              "journal " + directory + ": " + files.get(1).getFileName() + " is damaged",
              "journal " + directory + ": missing are the entries 6");
    }
  }

  @Test
  void numbersGoOnBehindThoseThatTheDiskHasNotTaken() throws IOException {
    Path full = directory.resolve("full");
    try (Journal journal = new Journal(full, 1 << 20, () -> {})) {
      Files.createDirectories(full.resolve("0000000000000000001" + Segment.SUFFIX).resolve("x"));
      journal.append(List.of(new Journal.Entry(1, data(1)), new Journal.Entry(2, data(2))));
      journal.sync();
      // Subscribers may have received these entries.
      assertThat(read(journal)).containsExactly(1L, 2L);
    }
    try (Journal journal = new Journal(full, 1 << 20, () -> {})) {
      assertThat(journal.last()).isEqualTo(2);
    }
  }

  @Test
  void noLinkLeadsOutOfTheDirectory() throws IOException {
    Path outside = Files.createDirectory(directory.resolve("outside"));
    for (String name : List.of("lock", "mark", "0000000000000000001" + Segment.SUFFIX)) {
      Path journals = Files.createDirectory(directory.resolve("linked-" + name));
      Path target = Files.writeString(outside.resolve(name), "precious");
      Files.createSymbolicLink(journals.resolve(name), target);
      try (Journal journal = new Journal(journals, 1 << 20, () -> {})) {
        journal.append(List.of(new Journal.Entry(1, data(1))));
        journal.sync();
        assertThat(read(journal)).containsExactly(1L);
        journal.done(1);
      }
      assertThat(target).hasContent("precious");
    }
  }
}
