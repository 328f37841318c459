// SPDX-License-Identifier: Apache-2.0
package org.hy300.agent.attribute;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.junit5.VertxExtension;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@Timeout(30)
@ExtendWith(VertxExtension.class)
class InotifyWatcherTest {
  private Context context;
  private final List<String> readings = new CopyOnWriteArrayList<>();
  private AttributeWatcher watcher;
  private Path attribute;

  @BeforeEach
  void watchOneAttribute(Vertx vertx, @TempDir Path directory) throws Exception {
    context = vertx.getOrCreateContext();
    attribute = Files.writeString(directory.resolve("homed"), "0\n");
    watcher = onLoop(() -> AttributeWatcher.forDirectory(vertx, directory));
  }

  @AfterEach
  void close() throws Exception {
    onLoop(
        () -> {
          watcher.close();
          return null;
        });
  }

  private interface Step<T> {
    T run() throws IOException;
  }

  private <T> T onLoop(Step<T> step) throws Exception {
    return Future.<T>future(
            done ->
                context.runOnContext(
                    now -> {
                      try {
                        done.complete(step.run());
                      } catch (IOException e) {
                        done.fail(e);
                      }
                    }))
        .toCompletionStage()
        .toCompletableFuture()
        .get(10, TimeUnit.SECONDS);
  }

  private AttributeWatcher.Watch watch() throws Exception {
    return onLoop(
        () ->
            watcher.watch(
                attribute,
                new AttributeWatcher.Handler() {
                  @Override
                  public void read(String content) {
                    assertThat(Context.isOnEventLoopThread()).isTrue();
                    readings.add(content);
                  }

                  @Override
                  public void unreadable(IOException why) {
                    readings.add(why.toString());
                  }

                  @Override
                  public void gone() {
                    readings.add("gone");
                  }
                }));
  }

  private void awaitReading(String content) {
    await().atMost(10, TimeUnit.SECONDS).until(() -> readings.contains(content));
  }

  @Test
  void theFirstReadingComesAtOnceAndTheOthersWithTheChanges() throws Exception {
    watch();
    assertThat(readings).containsExactly("0");
    Files.writeString(attribute, "1\n");
    awaitReading("1");
    Files.writeString(attribute, "2\n");
    awaitReading("2");
  }

  @Test
  void aClosedWatchIsSilent() throws Exception {
    AttributeWatcher.Watch watch = watch();
    onLoop(
        () -> {
          watch.close();
          return null;
        });
    Files.writeString(attribute, "1\n");
    watch();
    // The second watch's own first reading: what a first watch would have read stands before it.
    assertThat(readings).containsExactly("0", "1");
  }

  @Test
  void aRereadHandsOverTheContent() throws Exception {
    AttributeWatcher.Watch watch = watch();
    onLoop(
        () -> {
          watch.reread();
          return null;
        });
    assertThat(readings).containsExactly("0", "0");
  }

  @Test
  void aFileThatIsNotThereCannotBeWatched() {
    attribute = attribute.resolveSibling("missing");
    assertThatExceptionOfType(ExecutionException.class)
        .isThrownBy(this::watch)
        .withCauseInstanceOf(NoSuchFileException.class);
  }

  @Test
  void theDescriptorsNumberIsTheOneThatTheKernelKnows() throws IOException {
    try (AttributeFile file = new AttributeFile(attribute)) {
      Path link = Path.of("/proc/self/fd/" + file.descriptor());
      assertThat(Files.readSymbolicLink(link)).isEqualTo(attribute.toRealPath());
      assertThat(file.read()).isEqualTo("0");
    }
  }
}
