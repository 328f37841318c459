// SPDX-License-Identifier: Apache-2.0
package org.hy300.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JournalTest {
  private static final long LARGE = 8 * 1024 * 1024;
  private static final int ALL = 1_000_000;

  private final AtomicInteger refused = new AtomicInteger();
  @TempDir private Path temporary;
  private Path directory;

  @BeforeEach
  void choose() {
    directory = temporary.resolve("events");
  }

  private Journal open(long maxBytes) throws IOException {
    return new Journal(directory, maxBytes, refused::incrementAndGet);
  }

  private static Journal.Entry entry(long number) {
    return new Journal.Entry(number, Buffer.buffer("event " + number));
  }

  private static void append(Journal journal, long first, long last) {
    journal.append(LongStream.rangeClosed(first, last).mapToObj(JournalTest::entry).toList());
    journal.sync();
  }

  private static List<Long> numbers(Journal journal) {
    List<Journal.Entry> entries = journal.read(ALL);
    assertThat(entries).allSatisfy(e -> assertThat(e.data()).hasToString("event " + e.number()));
    return entries.stream().map(Journal.Entry::number).toList();
  }

  private static List<Long> range(long first, long last) {
    return LongStream.rangeClosed(first, last).boxed().toList();
  }

  private List<Path> files() throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.filter(f -> f.toString().endsWith(Segment.SUFFIX)).sorted().toList();
    }
  }

  @Test
  void whatIsNotDoneComesBackAndNumbersGoOn() throws IOException {
    try (Journal journal = open(LARGE)) {
      assertThat(journal.last()).isZero();
      append(journal, 1, 10);
      assertThat(numbers(journal)).isEqualTo(range(1, 10));
      journal.done(4);
    }
    try (Journal journal = open(LARGE)) {
      assertThat(journal.last()).isEqualTo(10);
      assertThat(journal.done()).isEqualTo(4);
      assertThat(numbers(journal)).isEqualTo(range(5, 10));
      append(journal, 11, 12);
      assertThat(numbers(journal)).isEqualTo(range(11, 12));
      journal.done(12);
    }
    try (Journal journal = open(LARGE)) {
      assertThat(journal.last()).isEqualTo(12);
      assertThat(numbers(journal)).isEmpty();
    }
  }

  @Test
  void whatIsNotSyncedIsNotRead() throws IOException {
    try (Journal journal = open(LARGE)) {
      append(journal, 1, 1);
      journal.append(List.of(entry(2)));
      assertThat(numbers(journal)).containsExactly(1L);
      journal.sync();
      assertThat(numbers(journal)).containsExactly(2L);
    }
  }

  @Test
  void theOldestGoWhenTheDiskSpaceIsUsedUp() throws IOException {
    long maxBytes = 64 * 1024;
    try (Journal journal = open(maxBytes)) {
      for (long number = 1; number < 10_000; number += 100) {
        append(journal, number, number + 99);
        assertThat(journal.bytes()).isLessThanOrEqualTo(maxBytes);
      }
      assertThat(files()).hasSize(8);
    }
    try (Journal journal = open(maxBytes)) {
      List<Long> kept = numbers(journal);
      assertThat(kept).hasSizeBetween(1000, 3000);
      assertThat(kept).isEqualTo(range(kept.get(0), 10_000));
    }
  }

  @Test
  void aReaderWhoseEntriesWereDroppedGoesOnWithTheOldestThatIsThere() throws IOException {
    try (Journal journal = open(32 * 1024)) {
      append(journal, 1, 100);
      assertThat(journal.read(10)).hasSize(10);
      append(journal, 101, 5000);
      List<Long> kept = numbers(journal);
      assertThat(kept.get(0)).isGreaterThan(101);
      assertThat(kept).isEqualTo(range(kept.get(0), 5000));
    }
  }

  @Test
  void filesGoWhenAllInThemIsDone() throws IOException {
    try (Journal journal = open(64 * 1024)) {
      append(journal, 1, 1500);
      assertThat(files()).hasSizeGreaterThan(4);
      journal.done(1500);
      assertThat(files()).hasSize(1);
    }
    try (Journal journal = open(64 * 1024)) {
      assertThat(journal.last()).isEqualTo(1500);
      assertThat(journal.done()).isEqualTo(1500);
    }
  }

  @Test
  void whatTheDiskDoesNotTakeWaitsInMemoryAndIsWrittenLater() throws IOException {
    try (Journal journal = open(LARGE)) {
      // Blocks the name of the next file.
      Path inTheWay = directory.resolve("0000000000000000001" + Segment.SUFFIX);
      Files.createDirectories(inTheWay.resolve("full"));
      append(journal, 1, 3);
      assertThat(refused).hasValue(1);
      assertThat(numbers(journal)).isEqualTo(range(1, 3));
      Files.delete(inTheWay.resolve("full"));
      append(journal, 4, 4);
      assertThat(refused).hasValue(1);
      assertThat(numbers(journal)).isEqualTo(range(4, 4));
    }
    try (Journal journal = open(LARGE)) {
      assertThat(numbers(journal)).isEqualTo(range(1, 4));
    }
  }

  @Test
  void aDirectoryThatCannotBeMadeMeansMemoryOfABoundedSize() throws IOException {
    directory = Files.createFile(temporary.resolve("file")).resolve("events");
    try (Journal journal = open(LARGE)) {
      append(journal, 1, 3);
      assertThat(numbers(journal)).isEqualTo(range(1, 3));
      journal.done(2);
      List<Journal.Entry> large = new ArrayList<>();
      for (int i = 4; i < 100; i++) {
        large.add(new Journal.Entry(i, Buffer.buffer(new byte[64 * 1024])));
      }
      journal.append(large);
      List<Journal.Entry> kept = journal.read(ALL);
      assertThat(kept).hasSize(16);
      assertThat(kept.get(15).number()).isEqualTo(99);
    }
    assertThat(refused.get()).isGreaterThanOrEqualTo(2);
  }

  @Test
  void twoAgentsCannotHaveOneJournal() throws IOException {
    Journal first = open(LARGE);
    assertThatExceptionOfType(IOException.class)
        .isThrownBy(() -> open(LARGE))
        .withMessageContaining("in use by another program");
    first.close();
    open(LARGE).close();
  }

  @Test
  void whatReplacesStandsAlone() throws IOException {
    try (Journal journal = open(LARGE)) {
      append(journal, 1, 100);
      journal.replaceBy(List.of(entry(101), entry(102)));
      append(journal, 103, 103);
      assertThat(files()).hasSize(1);
    }
    try (Journal journal = open(LARGE)) {
      assertThat(numbers(journal)).isEqualTo(range(101, 103));
    }
  }

  @Test
  void whatIsDoneIsKeptUntilTheSpaceIsNeeded() throws IOException {
    long most = 64 * 1024;
    try (Journal journal = new Journal(directory, most, refused::incrementAndGet, () -> {}, true)) {
      append(journal, 1, 1000);
      journal.done(900);
      assertThat(rangeOf(journal, 1, 2000)).isEqualTo(range(1, 1000));
      assertThat(rangeOf(journal, 500, 510)).isEqualTo(range(500, 510));
      assertThat(journal.range(500, 600, 3)).hasSize(3);
    }
    try (Journal journal = new Journal(directory, most, refused::incrementAndGet, () -> {}, true)) {
      assertThat(numbers(journal)).isEqualTo(range(901, 1000));
      assertThat(rangeOf(journal, 1, 1000)).isEqualTo(range(1, 1000));
      append(journal, 1001, 4000);
      List<Long> kept = rangeOf(journal, 1, 4000);
      assertThat(kept).isEqualTo(range(kept.get(0), 4000)).hasSizeBetween(1000, 3000);
      assertThat(journal.bytes()).isLessThanOrEqualTo(most);
      assertThat(numbers(journal)).isEqualTo(range(kept.get(0), 4000));
    }
  }

  private static List<Long> rangeOf(Journal journal, long first, long last) {
    return journal.range(first, last, ALL).stream().map(Journal.Entry::number).toList();
  }
}
