// SPDX-License-Identifier: Apache-2.0
package org.hy300.agent.attribute;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(300)
class InotifyWatcherTest extends WatcherFixture {
  private Path attribute;

  @BeforeEach
  void watchPlainFiles(@TempDir Path directory) throws Exception {
    attribute = Files.writeString(directory.resolve("homed"), "0\n");
    watcher = onLoop(() -> AttributeWatcher.forDirectory(vertx, directory));
    assertThat(watcher).isInstanceOf(InotifyWatcher.class);
  }

  @Test
  void theFirstReadingComesAtOnceAndTheOthersWithTheChanges() throws Exception {
    watch(attribute);
    assertThat(readings).containsExactly("0");
    Files.writeString(attribute, "1\n");
    awaitReading("1");
    Files.writeString(attribute, "2\n");
    awaitReading("2");
  }

  @Test
  void aClosedWatchIsSilent() throws Exception {
    AttributeWatcher.Watch watch = watch(attribute);
    onLoop(
        () -> {
          watch.close();
          return null;
        });
    Files.writeString(attribute, "1\n");
    watch(attribute);
    // The second watch's own first reading; a reading of the first watch would come before it.
    assertThat(readings).containsExactly("0", "1");
  }

  @Test
  void aRereadHandsOverTheContent() throws Exception {
    AttributeWatcher.Watch watch = watch(attribute);
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
        .isThrownBy(() -> watch(attribute))
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
