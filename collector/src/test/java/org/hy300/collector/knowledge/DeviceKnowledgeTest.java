// SPDX-License-Identifier: Apache-2.0
// Data of each device beside its series: bounded events and frames, and lasting settings.
package org.hy300.collector.knowledge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.hy300.contract.EventMessage;
import org.hy300.contract.Limits;
import org.hy300.contract.MalformedMessageException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DeviceKnowledgeTest {
  private final AtomicLong missed = new AtomicLong();
  @TempDir private Path directory;

  private static EventMessage event(long seq) {
    return new EventMessage("e" + seq, seq, Instant.EPOCH, "homed", new JsonObject());
  }

  private static Buffer jpeg(int size) {
    return Buffer.buffer(new byte[size]).setBytes(0, new byte[] {(byte) 0xff, (byte) 0xd8});
  }

  @Test
  void theLastEventsAreKeptAndTheMissingCounted() {
    RecentEvents events = new RecentEvents(missed::addAndGet);
    for (long seq = 1; seq <= 30; seq++) {
      events.add("p1", "motor", event(seq));
    }
    events.add("p1", "motor", event(30));
    events.add("p1", "motor", event(35));
    assertThat(events.of("p1")).hasSize(RecentEvents.PER_DEVICE);
    assertThat(events.of("p1").getJsonObject(0).getLong("seq")).isEqualTo(12);
    assertThat(events.of("p1").getJsonObject(19).getLong("seq")).isEqualTo(35);
    assertThat(events.of("p1").getJsonObject(19).getString("subsystem")).isEqualTo("motor");
    assertThat(missed).hasValue(4);
    assertThat(events.of("p2")).isEmpty();
  }

  @Test
  void whatAJournalSendsAgainIsNotWhatHappenedLast() {
    RecentEvents events = new RecentEvents(missed::addAndGet);
    for (long seq = 1; seq <= 100; seq++) {
      events.add("p1", "motor", event(seq));
    }
    for (long seq = 1; seq <= 100; seq++) {
      events.add("p1", "motor", event(seq));
    }
    assertThat(events.latest("p1").id()).isEqualTo("e100");
    assertThat(events.of("p1").getJsonObject(0).getLong("seq")).isEqualTo(81);
    // A device that has lost its journal restarts its count.
    events.add(
        "p1",
        "motor",
        new EventMessage("new-1", 1, Instant.EPOCH.plusSeconds(1), "homed", new JsonObject()));
    assertThat(events.latest("p1").id()).isEqualTo("new-1");
    assertThat(missed).hasValue(0);
  }

  @Test
  void theDeviceThatWasQuietLongestIsForgottenFirst() {
    RecentEvents events = new RecentEvents(missed::addAndGet, 10_000);
    events.add("quiet", "motor", event(1));
    for (int device = 0; device < 100; device++) {
      events.add("p" + device, "motor", event(1));
    }
    assertThat(events.of("quiet")).isEmpty();
    assertThat(events.of("p99")).hasSize(1);
  }

  @Test
  void theNewestFrameIsKeptAsLongAsThereIsRoom() throws Exception {
    Snapshots snapshots = new Snapshots(2_700);
    snapshots.add("p1", jpeg(900));
    snapshots.add("p2", jpeg(900));
    snapshots.add("p1", jpeg(500));
    assertThat(snapshots.of("p1").orElseThrow().jpeg().length()).isEqualTo(500);
    snapshots.add("p3", jpeg(900));
    assertThat(snapshots.of("p2")).isEmpty();
    assertThat(snapshots.of("p1")).isPresent();
    assertThatThrownBy(() -> snapshots.add("p1", Buffer.buffer("GIF89a")))
        .isInstanceOf(MalformedMessageException.class);
    assertThatThrownBy(() -> snapshots.add("p1", jpeg(Limits.MAX_SNAPSHOT_BYTES + 1)))
        .isInstanceOf(MalformedMessageException.class);
  }

  @Test
  void manyTinyFramesAreBoundedToo() throws Exception {
    Snapshots snapshots = new Snapshots(30_000);
    for (int i = 0; i < 200; i++) {
      snapshots.add("p" + i, jpeg(4));
    }
    assertThat(snapshots.of("p199")).isPresent();
    assertThat(snapshots.of("p0")).isEmpty();
  }

  @Test
  void settingsOutliveTheCollector() throws Exception {
    Vertx vertx = Vertx.vertx();
    try {
      DeviceSettings settings = new DeviceSettings(vertx, directory);
      settings.expectSignal("p1", true);
      settings.expectSignal("p2", false);
      settings
          .expectSignal("p2", null)
          .toCompletionStage()
          .toCompletableFuture()
          .get(60, TimeUnit.SECONDS);
      DeviceSettings again = new DeviceSettings(vertx, directory);
      assertThat(again.expectSignal("p1")).isTrue();
      assertThat(again.expectSignal("p2")).isNull();
      Files.writeString(directory.resolve("devices.json"), "{\"p1\":");
      assertThatThrownBy(() -> new DeviceSettings(vertx, directory))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("devices.json is damaged");
    } finally {
      vertx.close().toCompletionStage().toCompletableFuture().get(60, TimeUnit.SECONDS);
    }
  }
}
