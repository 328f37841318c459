// SPDX-License-Identifier: Apache-2.0
package org.hy300.mqtt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.mqtt.messages.MqttPublishMessage;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.hy300.testing.LogLines;
import org.hy300.testing.Secrets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The session with a broker that shows all known faults of brokers. */
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
  private volatile InetAddress[] addresses;
  @TempDir private Path directory;
  private Path password;
  private FaultyBroker broker;
  private MqttSession session;

  @BeforeEach
  void start() throws Exception {
    password = Secrets.write(directory.resolve("password"), "s3cret\n");
    broker = new FaultyBroker();
    session = session(broker.address().host(), new NameLookup(vertx, host -> addresses, 60_000));
  }

  private MqttSession session(String host, NameLookup names) {
    return new MqttSession(
        vertx,
        new MqttSession.Options(
            new BrokerAccess(
                new BrokerAddress(host, broker.address().port()),
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
        },
        names);
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
    // A machine that stalls for longer than a keep-alive loses other connections, too.
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

  @Test
  void allAddressesAreTriedInTurnAndEachIsSaid() throws Exception {
    // Only 127.0.0.1 has a listener.
    InetAddress good = InetAddress.getLoopbackAddress();
    InetAddress dead = InetAddress.getByName("127.0.0.8");
    InetAddress silent = InetAddress.getByName("127.0.0.9");
    session = session("broker.test", new NameLookup(vertx, host -> addresses, 60_000));
    addresses = new InetAddress[] {dead, silent};
    try (LogLines log = new LogLines(MqttSession.class)) {
      connect();
      await().atMost(LIMIT).until(() -> !log.lines().isEmpty());
      assertThat(log.lines().get(0))
          .isEqualTo(
              "mqtt://broker.test:%d: 127.0.0.8: Connection refused, 127.0.0.9: Connection refused;"
                      .formatted(broker.address().port())
                  + " trying again");
      addresses = new InetAddress[] {dead, silent, good};
      awaitConnected(1);
      addresses = new InetAddress[] {good, dead};
      broker.drop();
      awaitConnected(2);
    }
  }

  @Test
  void anAddressThatRefusesIsLeftForTheNext() throws Exception {
    try (FaultyBroker second = new FaultyBroker("127.0.0.9", broker.address().port())) {
      broker.refuseConnect = true;
      addresses =
          new InetAddress[] {InetAddress.getLoopbackAddress(), InetAddress.getByName("127.0.0.9")};
      session = session("broker.test", new NameLookup(vertx, host -> addresses, 60_000));
      connect();
      awaitConnected(1);
      assertThat(second.connections).hasValue(1);
    }
  }

  @Test
  void nothingWaitsForANameServerThatIsSilent() throws Exception {
    CountDownLatch answers = new CountDownLatch(1);
    addresses = new InetAddress[] {InetAddress.getLoopbackAddress()};
    session =
        session(
            "broker.test",
            new NameLookup(
                vertx,
                host -> {
                  try {
                    answers.await();
                  } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                  }
                  return addresses;
                },
                100));
    try (LogLines log = new LogLines(MqttSession.class)) {
      connect();
      // The line comes from the loop, which a blocking lookup would stop.
      await().atMost(LIMIT).until(() -> !log.lines().isEmpty());
      assertThat(log.lines().get(0)).contains("no name server gives an address of broker.test");
      answers.countDown();
      awaitConnected(1);
    }
  }

  @Test
  void aSessionThatComesAndGoesFillsNoLog() {
    try (LogLines log = new LogLines(MqttSession.class)) {
      connect();
      for (int times = 1; times <= 5; times++) {
        awaitConnected(times);
        broker.drop();
      }
      awaitConnected(6);
      // Two kinds of failure, a connection after each, and the first connection.
      assertThat(log.lines()).hasSizeLessThanOrEqualTo(5);
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
