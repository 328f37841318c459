// SPDX-License-Identifier: Apache-2.0
package org.hy300.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Uses a real disk, and a thread that the test can block. */
@Timeout(300)
class GroupCommitTest {
  private static final String THREAD = "journal";
  private static final long AN_HOUR_MS = 3_600_000;
  private static final int ANY = Integer.MAX_VALUE;

  private final Vertx vertx = Vertx.vertx();
  private final Context loop = vertx.getOrCreateContext();
  private final List<String> outcomes = new CopyOnWriteArrayList<>();
  private final CountDownLatch released = new CountDownLatch(1);
  @TempDir private Path temporary;
  private Path directory;
  private Runnable refused = () -> {};
  private GroupCommit commit;

  @BeforeEach
  void choose() {
    directory = temporary.resolve("journal");
  }

  @AfterEach
  void stop() throws Exception {
    released.countDown();
    vertx.close().toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);
  }

  private void start(long pauseMs, int most) throws IOException {
    Journal journal = new Journal(directory, 1 << 20, () -> refused.run());
    commit = new GroupCommit(vertx, THREAD, journal, pauseMs, most);
  }

  private <T> T outcome(Supplier<Future<T>> step) throws Exception {
    return Future.<T>future(done -> loop.runOnContext(go -> step.get().onComplete(done)))
        .toCompletionStage()
        .toCompletableFuture()
        .get(30, TimeUnit.SECONDS);
  }

  private void onLoop(Runnable step) throws Exception {
    outcome(
        () -> {
          step.run();
          return Future.succeededFuture();
        });
  }

  private void hold() {
    vertx
        .createSharedWorkerExecutor(THREAD, 1)
        .executeBlocking(() -> released.await(30, TimeUnit.SECONDS), false);
  }

  /** Writes an entry and records its outcome. */
  private void write(String text) {
    commit
        .write(Buffer.buffer(text))
        .onSuccess(taken -> outcomes.add(text + " " + taken))
        .onFailure(error -> outcomes.add(text + " " + error.getMessage()));
  }

  private void awaitOutcomes(String... expected) {
    await()
        .atMost(Duration.ofSeconds(30))
        .untilAsserted(() -> assertThat(outcomes).containsExactly(expected));
  }

  private List<String> onDisk() throws IOException {
    List<String> texts = new ArrayList<>();
    try (Journal journal = new Journal(directory, 1 << 20, () -> {})) {
      journal.read(ANY).forEach(entry -> texts.add(entry.data().toString()));
    }
    return texts;
  }

  @Test
  void whatComesWhileTheDiskIsBusyIsSyncedOnceAndAnsweredInOrder() throws Exception {
    // The pause is an hour, so there is no second sync.
    start(AN_HOUR_MS, ANY);
    hold();
    List<String> texts = IntStream.range(0, 100).mapToObj(i -> "e" + i).toList();
    onLoop(
        () -> {
          commit.append(Buffer.buffer("before"));
          texts.forEach(this::write);
        });
    assertThat(outcomes).isEmpty();
    released.countDown();
    awaitOutcomes(texts.stream().map(text -> text + " true").toArray(String[]::new));
    List<Journal.Entry> read = outcome(() -> commit.read(ANY));
    assertThat(read.stream().map(Journal.Entry::number))
        .isEqualTo(IntStream.rangeClosed(1, 101).mapToObj(i -> (long) i).toList());
    assertThat(read.stream().skip(1).map(entry -> entry.data().toString())).isEqualTo(texts);
    assertThat(outcome(() -> Future.succeededFuture(commit.newest()))).isEqualTo(101);
  }

  @Test
  void betweenTwoSyncsEntriesAreInTheFileAndNotAnsweredFor() throws Exception {
    start(AN_HOUR_MS, ANY);
    onLoop(() -> write("first"));
    awaitOutcomes("first true");
    long before = outcome(() -> Future.succeededFuture(commit.bytes()));
    onLoop(() -> write("second"));
    await()
        .atMost(Duration.ofSeconds(30))
        .until(() -> outcome(() -> Future.succeededFuture(commit.bytes())) > before);
    assertThat(outcome(() -> commit.read(ANY))).hasSize(1);
    assertThat(outcomes).containsExactly("first true");
    outcome(() -> commit.close());
    assertThat(outcomes).containsExactly("first true", "second true");
  }

  @Test
  void aMistakeIsTheOutcomeOfAllEntriesOfTheBatchAndNotOfTheNext() throws Exception {
    start(0, ANY);
    hold();
    loseDirectory();
    refused =
        () -> {
          throw new IllegalStateException("a mistake");
        };
    onLoop(() -> commit.append(Buffer.buffer("before")));
    onLoop(() -> List.of("a", "b", "c").forEach(this::write));
    released.countDown();
    awaitOutcomes("a a mistake", "b a mistake", "c a mistake");
    refused = () -> {};
    Files.createDirectories(directory);
    onLoop(() -> write("d"));
    awaitOutcomes("a a mistake", "b a mistake", "c a mistake", "d true");
  }

  private void loseDirectory() throws IOException {
    Files.delete(directory.resolve("lock"));
    Files.delete(directory.resolve("mark"));
    Files.delete(directory);
  }

  @Test
  void whatTheDiskDoesNotTakeIsSaidAndWaitsForADiskThatDoes() throws Exception {
    start(0, ANY);
    loseDirectory();
    onLoop(() -> write("a"));
    awaitOutcomes("a false");
    assertThat(outcome(() -> Future.succeededFuture(commit.isWritable()))).isFalse();
    Files.createDirectories(directory);
    onLoop(() -> write("b"));
    awaitOutcomes("a false", "b true");
    assertThat(outcome(() -> Future.succeededFuture(commit.isWritable()))).isTrue();
    assertThat(outcome(() -> commit.read(ANY))).hasSize(2);
  }

  @Test
  void theOldestThatWaitIsLostWhenThereAreTooMany() throws Exception {
    start(0, 2);
    hold();
    onLoop(() -> List.of("being written", "lost", "a", "b").forEach(this::write));
    awaitOutcomes("lost too many entries wait for the disk");
    released.countDown();
    awaitOutcomes(
        "lost too many entries wait for the disk", "being written true", "a true", "b true");
    assertThat(outcome(() -> commit.read(ANY)).stream().map(Journal.Entry::number))
        .containsExactly(1L, 3L, 4L);
  }

  @Test
  void aCloseWritesWhatWaitsAndLetsGoOfTheDirectory() throws Exception {
    start(0, ANY);
    hold();
    onLoop(() -> List.of("a", "b", "c").forEach(this::write));
    released.countDown();
    outcome(() -> commit.close());
    assertThat(outcomes).containsExactly("a true", "b true", "c true");
    assertThatThrownBy(() -> outcome(() -> commit.write(Buffer.buffer("late"))))
        .hasRootCauseMessage("the journal is closed");
    assertThat(onDisk()).containsExactly("a", "b", "c");
  }

  @Test
  void aRewriteKeepsWhatCountsOnceAndWhatComesAfterIt() throws Exception {
    start(0, ANY);
    onLoop(() -> write("old"));
    awaitOutcomes("old true");
    hold();
    onLoop(
        () -> {
          List.of("a", "b", "c").forEach(this::write);
          commit.rewrite(0, 0, () -> List.of(Buffer.buffer("b"), Buffer.buffer("c")));
          write("d");
        });
    released.countDown();
    outcome(() -> commit.close());
    assertThat(outcomes).containsExactly("old true", "a true", "b true", "c true", "d true");
    assertThat(onDisk()).containsExactly("b", "c", "d");
  }
}
