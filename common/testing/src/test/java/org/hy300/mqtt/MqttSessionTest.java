// SPDX-License-Identifier: Apache-2.0
package org.hy300.mqtt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.mqtt.messages.MqttPublishMessage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.hy300.testing.LogLines;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The session against a broker that does everything wrong which brokers do wrong. */
@Timeout(300)
class MqttSessionTest {
  private static final Duration LIMIT = Duration.ofSeconds(60);

  private final Vertx vertx = Vertx.vertx();
  private final Context context = vertx.getOrCreateContext();
  private final AtomicInteger connected = new AtomicInteger();
  private final AtomicInteger disconnected = new AtomicInteger();
  private final List<String> failed = new CopyOnWriteArrayList<>();
  private volatile Supplier<Buffer> will = () -> Buffer.buffer("offline");
  private volatile Consumer<MqttPublishMessage> received = message -> {};
  @TempDir private Path directory;
  private Path password;
  private FaultyBroker broker;
  private MqttSession session;

  @BeforeEach
  void start() throws Exception {
    password = Files.writeString(directory.resolve("password"), "s3cret\n");
    broker = new FaultyBroker();
    session =
        new MqttSession(
            vertx,
            new MqttSession.Options(
                new BrokerAccess(
                    broker.address(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.of("user"),
                    Optional.of(password)),
                "test",
                1,
                List.of(Subscription.of("commands/#", 1)),
                100),
            new MqttSession.Will("status", () -> will.get()),
            new MqttSession.Listener() {
              @Override
              public void connected() {
                connected.incrementAndGet();
                session.publishRetained("status", () -> Buffer.buffer("online"));
              }

              @Override
              public void disconnected() {
                disconnected.incrementAndGet();
              }

              @Override
              public void received(MqttPublishMessage message) {
                received.accept(message);
              }

              @Override
              public void failed(String topic) {
                failed.add(topic);
              }
            });
  }

  @AfterEach
  void stop() throws Exception {
    vertx.close().toCompletionStage().toCompletableFuture().get(60, TimeUnit.SECONDS);
    broker.close();
  }

  private void connect() {
    context.runOnContext(now -> session.start());
  }

  private void publish(String text) {
    context.runOnContext(now -> session.publish("event", Buffer.buffer(text)));
  }

  private void awaitConnected(int times) {
    await().atMost(LIMIT).until(() -> connected.get() >= times && session.isConnected());
  }

  private void awaitPublished(String... texts) {
    await().atMost(LIMIT).untilAsserted(() -> assertThat(broker.published).contains(texts));
  }

  @Test
  void whatWaitsIsSentInOrderAfterTheConnection() {
    publish("1");
    publish("2");
    connect();
    awaitPublished("event 1", "event 2", "status online");
    assertThat(broker.published).containsSubsequence("event 1", "event 2");
  }

  @Test
  void aDroppedConnectionComesBackAndNothingIsLost() {
    connect();
    awaitConnected(1);
    broker.ignorePublish = true;
    publish("1");
    publish("2");
    awaitPublished("event 1", "event 2");
    broker.published.clear();
    broker.ignorePublish = false;
    broker.drop();
    publish("3");
    awaitConnected(2);
    awaitPublished("event 1", "event 2", "event 3", "status online");
    assertThat(broker.published).containsSubsequence("event 1", "event 2", "event 3");
    // A machine that stands still for longer than a keep-alive loses more than this connection.
    await()
        .atMost(LIMIT)
        .until(() -> session.isConnected() && disconnected.get() == connected.get() - 1);
  }

  @Test
  void aSilentBrokerIsLeft() {
    connect();
    awaitConnected(1);
    broker.ignorePing = true;
    await().atMost(LIMIT).until(() -> disconnected.get() >= 1);
    broker.ignorePing = false;
    awaitConnected(2);
  }

  @Test
  void aConnectThatIsNotAnsweredIsTriedAgain() {
    broker.ignoreConnect = true;
    connect();
    await().atMost(LIMIT).until(() -> broker.connections.get() >= 1);
    broker.ignoreConnect = false;
    awaitConnected(1);
  }

  @Test
  void aRefusedConnectIsTriedAgain() {
    broker.refuseConnect = true;
    connect();
    await().atMost(LIMIT).until(() -> broker.connections.get() >= 2);
    broker.refuseConnect = false;
    awaitConnected(1);
  }

  @Test
  void aSubscriptionThatIsRefusedIsNoConnection() {
    broker.refuseSubscribe = true;
    connect();
    await().atMost(LIMIT).until(() -> broker.connections.get() >= 2);
    assertThat(connected.get()).isZero();
    broker.refuseSubscribe = false;
    awaitConnected(1);
  }

  @Test
  void aSubscriptionThatIsNotAnsweredIsTriedAgain() {
    broker.ignoreSubscribe = true;
    connect();
    await().atMost(LIMIT).until(() -> broker.subscriptions.get() >= 1);
    assertThat(connected.get()).isZero();
    broker.ignoreSubscribe = false;
    awaitConnected(1);
  }

  static Stream<Throwable> mistakes() {
    return Stream.of(
        new IllegalStateException(),
        new StackOverflowError(),
        new AssertionError("never"),
        new NoClassDefFoundError("x"),
        new OutOfMemoryError("of this message"));
  }

  @ParameterizedTest
  @MethodSource("mistakes")
  void aMessageIsAcknowledgedWhateverItsHandlerThrows(Throwable mistake) {
    received =
        message -> {
          throw thrown(mistake);
        };
    connect();
    awaitConnected(1);
    try (LogLines log = new LogLines(MqttSession.class)) {
      for (int i = 0; i < 30; i++) {
        broker.send("commands/" + i, "x");
      }
      await().atMost(LIMIT).untilAsserted(() -> assertThat(broker.acknowledged).hasValue(30));
      assertThat(failed).hasSize(30).contains("commands/0", "commands/29").doesNotHaveDuplicates();
      assertThat(log.lines()).hasSize(30).allMatch(line -> line.contains("was not handled"));
    }
    assertThat(session.isConnected()).isTrue();
    assertThat(disconnected).hasValue(0);
  }

  @ParameterizedTest
  @MethodSource("mistakes")
  void nothingThatIsThrownWhileConnectingEndsTheReconnecting(Throwable mistake) {
    AtomicInteger attempts = new AtomicInteger();
    connect();
    awaitConnected(1);
    will =
        () -> {
          attempts.incrementAndGet();
          throw thrown(mistake);
        };
    try (LogLines log = new LogLines(MqttSession.class)) {
      broker.drop();
      await().atMost(LIMIT).untilAsserted(() -> assertThat(attempts).hasValueGreaterThan(1));
      will = () -> Buffer.buffer("offline");
      awaitConnected(2);
      assertThat(log.lines()).hasSize(3).element(1).asString().endsWith("; trying again");
    }
  }

  @Test
  void aPasswordThatIsNoTextIsSaidAndReadAgain() throws Exception {
    connect();
    awaitConnected(1);
    Files.write(password, new byte[] {'s', '3', 'c', 'r', (byte) 0xe4, 't', '\n'});
    try (LogLines log = new LogLines(MqttSession.class)) {
      broker.drop();
      await()
          .atMost(LIMIT)
          .until(() -> log.lines().stream().anyMatch(line -> line.contains(password + "")));
      Files.writeString(password, "s3cret\n");
      awaitConnected(2);
    }
  }

  private static RuntimeException thrown(Throwable mistake) {
    if (mistake instanceof Error error) {
      throw error;
    }
    return (RuntimeException) mistake;
  }

  @Test
  void stoppingWaitsForWhatIsNotAcknowledged() throws Exception {
    connect();
    awaitConnected(1);
    for (int i = 0; i < 50; i++) {
      publish(Integer.toString(i));
    }
    io.vertx.core.Future.<Void>future(
            stopped ->
                context.runOnContext(now -> session.stop(LIMIT.toMillis()).onComplete(stopped)))
        .toCompletionStage()
        .toCompletableFuture()
        .get(60, TimeUnit.SECONDS);
    assertThat(broker.published).contains("event 0", "event 49");
  }
}
