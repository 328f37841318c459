// SPDX-License-Identifier: Apache-2.0
// Commands and their audit log on disk: after a restart, after a kill at any point, within limits.
package org.hy300.collector.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.hy300.contract.ReplyMessage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(300)
class RelayStoreTest {
  private final Vertx vertx = Vertx.vertx();
  private final Context loop = vertx.getOrCreateContext();
  private final RelayMetrics own = new RelayMetrics(new SimpleMeterRegistry());
  @TempDir private Path directory;

  @AfterEach
  void close() throws Exception {
    done(vertx::close);
  }

  /** Calls on the event loop that the store belongs to, and waits for the outcome. */
  private <T> T done(Supplier<Future<T>> call) throws Exception {
    Promise<T> outcome = Promise.promise();
    loop.runOnContext(go -> call.get().onComplete(outcome));
    return outcome.future().toCompletionStage().toCompletableFuture().get(60, TimeUnit.SECONDS);
  }

  private RelayStore open() throws IOException {
    return new RelayStore(vertx, directory.resolve("commands"), audit(1024 * 1024), own);
  }

  private AuditLog audit(long bytes) throws IOException {
    return new AuditLog(vertx, directory, bytes, own);
  }

  private static Command command(String id, int devices) {
    Command command =
        new Command(
            new CommandRequest(
                id,
                "motor",
                "step",
                new JsonObject().put("steps", 1),
                Instant.now(),
                Instant.now().plusSeconds(60),
                "anna",
                CommandRequest.Via.HTTP,
                new JsonObject().put("select", "all")));
    IntStream.range(0, devices).forEach(i -> command.add("p" + i));
    return command;
  }

  private void end(RelayStore store, Target target) throws Exception {
    target.ended(ReplyMessage.done(target.command.request().id(), null));
    done(() -> store.ended(target));
    target.command.ended(target);
  }

  @Test
  void aCommandOfManyDevicesComesBackAsItWas() throws Exception {
    RelayStore store = open();
    Command large = command("large", 2_500);
    assertThat(done(() -> store.add(large))).isTrue();
    end(store, large.target("p7"));
    done(
        () -> {
          store.accepted(large.target("p8"));
          return store.close();
        });

    RelayStore again = open();
    Command back = again.find("large");
    assertThat(back.targets()).hasSize(2_500);
    assertThat(back.isOpen()).isTrue();
    assertThat(back.request().isSameAs(large.request())).isTrue();
    assertThat(back.target("p7").reply().status()).isEqualTo(ReplyMessage.Status.DONE);
    assertThat(back.target("p8").isBegun()).isTrue();
    assertThat(back.target("p9").isWaiting()).isTrue();
    done(again::close);
  }

  @Test
  void aCommandThatWasNotWrittenWholeWasNeverGiven() throws Exception {
    RelayStore store = open();
    done(() -> store.add(command("whole", 1)));
    done(() -> store.add(command("torn", 2_500)));
    done(store::close);
    Path file;
    try (Stream<Path> files = Files.list(directory.resolve("commands"))) {
      file =
          files.filter(f -> f.toString().endsWith(".journal")).max(Path::compareTo).orElseThrow();
    }
    byte[] bytes = Files.readAllBytes(file);
    Files.write(
        file,
        java.util.Arrays.copyOf(bytes, bytes.length - 10),
        StandardOpenOption.TRUNCATE_EXISTING);

    RelayStore again = open();
    assertThat(again.find("whole")).isNotNull();
    assertThat(again.find("torn")).isNull();
    done(again::close);
  }

  @Test
  void anEndThatWasNotAuditedWhenTheCollectorWasKilledIsAuditedAtTheNextStart() throws Exception {
    RelayStore store = open();
    for (int i = 0; i < 3; i++) {
      Command command = command("c" + i, 1);
      done(() -> store.add(command));
      end(store, command.target("p0"));
    }
    done(store::close);
    Path log = directory.resolve("audit.jsonl");
    List<String> lines = Files.readAllLines(log);
    assertThat(lines).hasSize(3);
    // Truncates the last line, as if the machine had crashed while writing it.
    Files.writeString(
        log, lines.get(0) + "\n" + lines.get(1) + "\n" + lines.get(2).substring(0, 20));
    RelayStore again = open();
    done(again::close);
    List<String> after = Files.readAllLines(log);
    assertThat(after).hasSize(4).contains(lines.get(0), lines.get(1), lines.get(2));
  }

  @Test
  void theOldestEndsAreForgotten() throws Exception {
    RelayStore store = open();
    for (int i = 0; i < 9; i++) {
      Command command = command("c" + i, 3_000);
      done(() -> store.add(command));
      for (Target target : command.targets()) {
        target.ended(ReplyMessage.done(target.command.request().id(), null));
        command.ended(target);
      }
      store.ended(command);
    }
    assertThat(store.find("c0")).isNull();
    assertThat(store.find("c2")).isNull();
    assertThat(store.find("c3")).isNotNull();
    assertThat(store.find("c8")).isNotNull();
    done(store::close);
  }

  @Test
  void theAuditLogStaysWithinItsSize() throws Exception {
    AuditLog audit = audit(80_000);
    for (int i = 0; i < 5_000; i++) {
      audit.write(new JsonObject().put("what", "settings").put("number", i));
    }
    done(audit::close);
    long bytes = 0;
    try (Stream<Path> files = Files.list(directory)) {
      for (Path file : files.filter(f -> f.toString().endsWith(".jsonl")).toList()) {
        bytes += Files.size(file);
      }
    }
    assertThat(bytes).isBetween(70_000L, 80_000L);
    List<String> newest = Files.readAllLines(directory.resolve("audit.jsonl"));
    assertThat(new JsonObject(newest.get(newest.size() - 1)).getInteger("number")).isEqualTo(4_999);
  }

  @Test
  void oneDirectoryIsForOneCollector() throws Exception {
    RelayStore store = open();
    assertThatThrownBy(this::open).isInstanceOf(IOException.class).hasMessageContaining("in use");
    done(store::close);
  }
}
