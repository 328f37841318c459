// SPDX-License-Identifier: Apache-2.0
package org.hy300.mqtt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netty.handler.codec.mqtt.MqttProperties;
import io.netty.handler.codec.mqtt.MqttProperties.IntegerProperty;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.mqtt.messages.MqttPublishMessage;
import io.vertx.mqtt.messages.codes.MqttDisconnectReasonCode;
import io.vertx.mqtt.messages.codes.MqttPubAckReasonCode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.hy300.testing.LogLines;
import org.hy300.testing.Mosquitto;
import org.hy300.testing.MqttProbe;
import org.hy300.testing.OldBroker;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** How a session uses MQTT 5, and how it works without. */
@Timeout(300)
class Mqtt5Test {
  private static final Duration LIMIT = Duration.ofSeconds(60);

  private final Vertx vertx = Vertx.vertx();
  private final Context context = vertx.getOrCreateContext();
  private final List<Refusal> refusals = new CopyOnWriteArrayList<>();
  private final List<MqttPublishMessage> received = new CopyOnWriteArrayList<>();
  @TempDir private Path directory;
  private LogLines log;
  private final AtomicInteger connections = new AtomicInteger();
  private MqttSession session;

  @BeforeEach
  void listen() {
    log = new LogLines(MqttSession.class);
  }

  @AfterEach
  void stop() throws Exception {
    vertx.close().toCompletionStage().toCompletableFuture().get(60, TimeUnit.SECONDS);
    log.close();
  }

  private void start(BrokerAddress broker) {
    session =
        new MqttSession(
            vertx,
            new MqttSession.Options(
                BrokerAccess.open(broker),
                "test",
                20,
                List.of(Subscription.asPublished("commands/#", 1), Subscription.of("status/#", 1)),
                1000),
            new MqttSession.Will("status/test", () -> Buffer.buffer("offline")),
            new MqttSession.Listener() {
              @Override
              public void connected() {
                connections.incrementAndGet();
              }

              @Override
              public void received(MqttPublishMessage message) {
                received.add(message);
              }

              @Override
              public void refused(Refusal refusal) {
                refusals.add(refusal);
              }
            });
    context.runOnContext(now -> session.start());
  }

  private void connect(BrokerAddress broker) {
    start(broker);
    await().atMost(LIMIT).until(session::isConnected);
  }

  private <T> T done(Supplier<Future<T>> step) throws Exception {
    return Future.<T>future(done -> context.runOnContext(now -> step.get().onComplete(done)))
        .toCompletionStage()
        .toCompletableFuture()
        .get(60, TimeUnit.SECONDS);
  }

  private List<String> lines(String part) {
    return log.lines().stream().filter(line -> line.contains(part)).toList();
  }

  private MqttPublishMessage heard(String topic, String payload) {
    return await(topic)
        .atMost(LIMIT)
        .until(
            () ->
                received.stream()
                    .filter(m -> m.topicName().equals(topic))
                    .filter(m -> m.payload().toString().equals(payload))
                    .findFirst()
                    .orElse(null),
            message -> message != null);
  }

  private static Object property(MqttProperties properties, int id) {
    MqttProperties.MqttProperty<?> property = properties.getProperty(id);
    return property == null ? null : property.value();
  }

  @Test
  void mosquittoTellsLiveRetainedMessagesFromOthers() throws Exception {
    try (Mosquitto broker = new Mosquitto(directory);
        MqttProbe probe = new MqttProbe(broker.address())) {
      connect(broker.address());
      assertThat(lines("connected to")).singleElement().asString().endsWith("as test by MQTT 5");
      probe.publish("commands/a", Buffer.buffer("kept"), true);
      probe.publish("commands/a", Buffer.buffer("live"), false);
      probe.publish("status/a", Buffer.buffer("kept"), true);
      assertThat(heard("commands/a", "kept").isRetain()).isTrue();
      assertThat(heard("commands/a", "live").isRetain()).isFalse();
      assertThat(heard("status/a", "kept").isRetain()).isFalse();
    }
  }

  @Test
  void aMessageSaysWhatItIs() throws Exception {
    try (Mosquitto broker = new Mosquitto(directory)) {
      connect(broker.address());
      Instant expires = Instant.now().plusSeconds(500);
      done(() -> session.publish("commands/b", Buffer.buffer("{}")));
      done(
          () ->
              session.publish(
                  "commands/c",
                  Buffer.buffer("{}"),
                  Headers.JSON.expiring(expires).correlatedBy(Buffer.buffer("c-1"))));
      MqttProperties contract = heard("commands/b", "{}").properties();
      assertThat(property(contract, MqttProperties.CONTENT_TYPE)).isEqualTo("application/json");
      assertThat(property(contract, MqttProperties.PAYLOAD_FORMAT_INDICATOR)).isEqualTo(1);
      assertThat(property(contract, MqttProperties.PUBLICATION_EXPIRY_INTERVAL)).isNull();
      assertThat(contract.getProperties(MqttProperties.USER_PROPERTY))
          .singleElement()
          .asString()
          .contains("schema", "hy300/v1");
      MqttProperties other = heard("commands/c", "{}").properties();
      assertThat((Integer) property(other, MqttProperties.PUBLICATION_EXPIRY_INTERVAL))
          .isBetween(400, 500);
      assertThat((byte[]) property(other, MqttProperties.CORRELATION_DATA))
          .asString()
          .isEqualTo("c-1");
      assertThat(other.getProperties(MqttProperties.USER_PROPERTY)).isEmpty();
    }
  }

  @Test
  void whatTheAccessListRefusesIsSaidOnceWithItsTopic() throws Exception {
    Path acl = Files.writeString(directory.resolve("acl"), "topic readwrite commands/#\n");
    try (Mosquitto broker =
        new Mosquitto(directory, "127.0.0.1", false, "allow_anonymous true", "acl_file " + acl)) {
      connect(broker.address());
      done(() -> session.publish("forbidden/x", Buffer.buffer("1")));
      done(() -> session.publish("forbidden/x", Buffer.buffer("2")));
      await().atMost(LIMIT).until(() -> refusals.size() == 2);
      assertThat(refusals)
          .allMatch(r -> r.packet().equals("puback") && r.reason().equals("not_authorized"));
      assertThat(lines("refuses"))
          .containsExactly(
              broker.address()
                  + ": the broker refuses messages on forbidden/x: not authorized"
                  + " (said once, counted)");
    }
  }

  @Test
  void whatIsTooLargeIsKeptBackByTheBrokerAndEndsNothing() throws Exception {
    try (Mosquitto broker = new Mosquitto(directory);
        MqttProbe probe = new MqttProbe(broker.address())) {
      probe.publish("commands/large", Buffer.buffer(new byte[3_000_000]), true);
      connect(broker.address());
      probe.publish("commands/large", Buffer.buffer(new byte[3_000_000]), false);
      probe.publish("commands/a", Buffer.buffer("small"), false);
      heard("commands/a", "small");
      assertThat(received).hasSize(1);
      assertThat(lines("connected to")).hasSize(1);
    }
  }

  @ParameterizedTest
  @EnumSource
  void aBrokerOfTheOlderVersionIsSpokenToInIts(OldBroker.Manner manner) throws Exception {
    try (Mosquitto broker = new Mosquitto(directory);
        OldBroker old = new OldBroker(broker.address(), manner)) {
      connect(old.address());
      assertThat(lines("connected to")).singleElement().asString().endsWith("by MQTT 3.1.1");
      assertThat(old.levels()).hasSizeLessThan(5).startsWith(5).endsWith(4);
      done(() -> session.publish("commands/d", Buffer.buffer("{}"), Headers.CONTRACT));
      heard("commands/d", "{}");
      int before = old.levels().size();
      old.drop();
      await().atMost(LIMIT).until(() -> connections.get() == 2);
      assertThat(old.levels().subList(before, old.levels().size())).containsOnly(4);
      assertThat(lines("does not speak MQTT 5")).hasSize(1);
    }
  }

  @Test
  void aRefusedSubscriptionIsNamedWithItsReason() throws Exception {
    try (FaultyBroker broker = new FaultyBroker()) {
      broker.refuseSubscribe = true;
      broker.reasonString = "not for you";
      start(broker.address());
      await().atMost(LIMIT).until(() -> broker.connections.get() >= 2);
      assertThat(refusals.get(0).packet()).isEqualTo("suback");
      assertThat(lines("refuses"))
          .containsExactly(
              broker.address()
                  + ": the broker refuses the subscription of commands/#: not for you;"
                  + " trying again");
    }
  }

  @Test
  void aNameThatAnotherClientTookIsSaid() throws Exception {
    try (FaultyBroker broker = new FaultyBroker()) {
      connect(broker.address());
      broker.disconnect(MqttDisconnectReasonCode.SESSION_TAKEN_OVER);
      await().atMost(LIMIT).until(() -> lines("connected to").size() == 2);
      assertThat(refusals).extracting(Refusal::reason).containsExactly("session_taken_over");
      assertThat(lines("took"))
          .containsExactly(
              broker.address()
                  + ": another client took the name test; give each its own; trying again");
    }
  }

  @Test
  void aNameThatTwoClientsHaveIsGuessedWhereTheBrokerIsSilent() throws Exception {
    try (FaultyBroker broker = new FaultyBroker()) {
      connect(broker.address());
      broker.drop();
      await().atMost(LIMIT).until(() -> lines("connected to").size() == 2);
      broker.drop();
      await().atMost(LIMIT).until(() -> lines("connected to").size() == 3);
      assertThat(lines("closed"))
          .containsExactly(
              broker.address() + ": the broker closed the connection; trying again",
              broker.address()
                  + ": the broker closed the connection again; has another client the name"
                  + " test?; trying again");
    }
  }

  @Test
  void noMoreIsSentAtATimeThanTheBrokerTakes() throws Exception {
    try (FaultyBroker broker = new FaultyBroker()) {
      broker.itself.add(new IntegerProperty(MqttProperties.RECEIVE_MAXIMUM, 3));
      connect(broker.address());
      done(
          () -> {
            for (int i = 0; i < 20; i++) {
              session.publish("event", Buffer.buffer("" + i));
            }
            return session.publish("event", Buffer.buffer("last"));
          });
      assertThat(broker.published).hasSize(21);
      assertThat(broker.mostUnacknowledged).hasValue(3);
    }
  }

  @Test
  void whatTheBrokerWouldNotReadIsNotSent() throws Exception {
    try (FaultyBroker broker = new FaultyBroker()) {
      broker.itself.add(new IntegerProperty(MqttProperties.MAXIMUM_PACKET_SIZE, 1000));
      connect(broker.address());
      done(() -> session.publish("event", Buffer.buffer(new byte[1000])));
      done(() -> session.publish("event", Buffer.buffer("small")));
      assertThat(broker.published).containsExactly("event small");
      assertThat(refusals).extracting(Refusal::reason).containsExactly("packet_too_large");
      assertThat(lines("larger than the broker takes")).hasSize(1);
      assertThat(lines("connected to")).hasSize(1);
    }
  }

  @Test
  void aRefusedEventDoesNotHoldUpTheNext() throws Exception {
    try (FaultyBroker broker = new FaultyBroker()) {
      broker.pubackCode = MqttPubAckReasonCode.QUOTA_EXCEEDED;
      connect(broker.address());
      done(() -> session.publish("event", Buffer.buffer("1")));
      broker.pubackCode = MqttPubAckReasonCode.SUCCESS;
      done(() -> session.publish("event", Buffer.buffer("2")));
      assertThat(broker.published).containsExactly("event 1", "event 2");
      assertThat(refusals).extracting(Refusal::reason).containsExactly("quota_exceeded");
    }
  }
}
