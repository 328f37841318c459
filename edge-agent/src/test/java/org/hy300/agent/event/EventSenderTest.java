// SPDX-License-Identifier: Apache-2.0
package org.hy300.agent.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.LongStream;
import org.hy300.agent.Agent;
import org.hy300.agent.metrics.AgentMetrics;
import org.hy300.contract.EventMessage;
import org.hy300.contract.EventName;
import org.hy300.contract.Topics;
import org.hy300.journal.Journal;
import org.hy300.mqtt.BrokerAccess;
import org.hy300.mqtt.MqttSession;
import org.hy300.mqtt.Subscription;
import org.hy300.testing.Mosquitto;
import org.hy300.testing.MqttProbe;
import org.hy300.testing.NoListener;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Journal, session and a real mosquitto that comes and goes. */
@Timeout(300)
class EventSenderTest {
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final long MIB = 1024 * 1024;

  /** The events of ten minutes at ten a second. */
  private static final int TEN_MINUTES = 6000;

  @TempDir private Path directory;
  private Mosquitto broker;
  private Vertx vertx;
  private Context context;
  private AgentMetrics own;
  private MqttSession mqtt;
  private EventLog events;
  private EventSender sender;
  private final List<Told> told = new ArrayList<>();

  /** The times between which an event happened. */
  private record Told(Instant after, Instant before) {}

  @BeforeEach
  void startBroker() throws Exception {
    broker = new Mosquitto(directory);
  }

  @AfterEach
  void stop() throws Exception {
    stopSender();
    broker.close();
  }

  private void start(String session, long journalBytes) throws Exception {
    vertx = Agent.vertx();
    context = vertx.getOrCreateContext();
    mqtt =
        new MqttSession(
            vertx,
            new MqttSession.Options(
                BrokerAccess.open(broker.address()),
                "events",
                1,
                List.of(Subscription.of("none", 1)),
                100),
            null,
            new NoListener());
    own = new AgentMetrics(() -> 0, () -> 0);
    events =
        new EventLog(
            vertx,
            new Journal(
                directory.resolve("events"),
                journalBytes,
                own.journalErrors::incrementAndGet,
                own.journalDamages::incrementAndGet,
                true),
            session,
            own);
    sender = new EventSender(events, mqtt, Topics.standard(), "p1", own, () -> {});
    onLoop(
        () -> {
          mqtt.start();
          return null;
        });
  }

  private void stopSender() throws Exception {
    if (vertx != null) {
      Future.<Void>future(done -> context.runOnContext(now -> sender.close().onComplete(done)))
          .compose(closed -> vertx.close())
          .toCompletionStage()
          .toCompletableFuture()
          .get(60, TimeUnit.SECONDS);
      vertx = null;
    }
  }

  private <T> T onLoop(Supplier<T> step) throws Exception {
    return Future.<T>future(done -> context.runOnContext(now -> done.complete(step.get())))
        .toCompletionStage()
        .toCompletableFuture()
        .get(60, TimeUnit.SECONDS);
  }

  /** Makes one event after the other, no faster than the disk writes them. */
  private void tell(int count) throws Exception {
    for (int i = 0; i < count; i++) {
      Instant after = Instant.now();
      int number = told.size() + 1;
      onLoop(
          () -> {
            events.happened(
                "motor",
                EventName.LIMIT_SWITCH,
                new JsonObject().put("closed", true).put("position", number));
            return null;
          });
      told.add(new Told(after, Instant.now()));
      if (told.size() % 500 == 0) {
        await().atMost(LIMIT).until(() -> onLoop(() -> events.readable() == events.newest()));
      }
    }
  }

  private static List<EventMessage> heard(MqttProbe probe, String subsystem) throws Exception {
    List<EventMessage> heard = new ArrayList<>();
    for (MqttProbe.Message message : probe.heard("hy300/v1/p1/event/" + subsystem)) {
      heard.add(EventMessage.parse(message.payload()));
    }
    return heard;
  }

  private MqttProbe subscribe() {
    return new MqttProbe(broker.address()).subscribe("hy300/v1/p1/event/+");
  }

  /**
   * Holds the sender until the subscriber is ready; otherwise it would connect and send at once.
   */
  private MqttProbe startBrokerAndSubscribe() throws Exception {
    CountDownLatch subscribed = new CountDownLatch(1);
    context.runOnContext(
        now -> {
          try {
            subscribed.await();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        });
    try {
      broker.start();
      return subscribe();
    } finally {
      subscribed.countDown();
    }
  }

  private void awaitAllSent() {
    await("everything is acknowledged").atMost(LIMIT).until(() -> onLoop(sender::depth) == 0);
  }

  private void assertEverythingArrived(List<EventMessage> heard) {
    List<EventMessage> once = new ArrayList<>();
    Set<String> seen = new HashSet<>();
    heard.stream().filter(event -> seen.add(event.id())).forEach(once::add);
    assertThat(once.stream().map(EventMessage::seq).toList())
        .isEqualTo(LongStream.rangeClosed(1, told.size()).boxed().toList());
    for (int i = 0; i < told.size(); i++) {
      assertThat(once.get(i).data().getInteger("position")).isEqualTo(i + 1);
      // The event's time is in milliseconds.
      assertThat(once.get(i).time())
          .isBetween(told.get(i).after().minusMillis(1), told.get(i).before());
    }
  }

  @Test
  void everyEventOfTenMinutesWithoutABrokerArrivesInOrderWithItsOwnTime() throws Exception {
    start("first", 8 * MIB);
    broker.kill();
    tell(TEN_MINUTES / 2);
    // Restarts the agent in between.
    stopSender();
    start("second", 8 * MIB);
    tell(TEN_MINUTES / 2);
    try (MqttProbe probe = startBrokerAndSubscribe()) {
      awaitAllSent();
      await().atMost(LIMIT).until(() -> heard(probe, "motor").size() >= told.size());
      assertThat(heard(probe, "agent")).isEmpty();
      assertThat(own.eventsDropped).hasValue(0);
      assertEverythingArrived(heard(probe, "motor"));
    }
  }

  @Test
  void aBrokerThatDiesAmongManyEventsHearsNoneOfThemTooFew() throws Exception {
    start("first", 8 * MIB);
    List<EventMessage> heard = new ArrayList<>();
    for (int round = 0; round < 3; round++) {
      try (MqttProbe probe = subscribe()) {
        int before = told.size();
        await().atMost(LIMIT).until(() -> onLoop(mqtt::isConnected));
        tell(500);
        await().atMost(LIMIT).until(() -> !heard(probe, "motor").isEmpty());
        broker.kill();
        tell(100);
        heard.addAll(heard(probe, "motor"));
        assertThat(told).hasSize(before + 600);
      }
      broker.start();
    }
    try (MqttProbe probe = subscribe()) {
      awaitAllSent();
      heard.addAll(heard(probe, "motor"));
    }
    // The broker crashed, and lost what its subscriber did not have yet.
    assertThat(heard.stream().map(EventMessage::id).distinct().count())
        .isEqualTo(heard.stream().map(EventMessage::seq).distinct().count());
    assertThat(own.eventsSent).hasValue(told.size());
    assertThat(own.eventsDropped).hasValue(0);
  }

  @Test
  void whatFindsNoRoomIsCountedAndAnnounced() throws Exception {
    start("first", 64 * 1024);
    broker.kill();
    tell(3000);
    try (MqttProbe probe = startBrokerAndSubscribe()) {
      awaitAllSent();
      await()
          .atMost(LIMIT)
          .untilAsserted(
              () -> {
                List<EventMessage> heard = heard(probe, "motor");
                List<EventMessage> gaps = heard(probe, "agent");
                long dropped = own.eventsDropped.get();
                assertThat(dropped).isBetween(2000L, 2999L);
                assertThat(heard.size() + gaps.size() + dropped).isEqualTo(onLoop(events::newest));
                assertThat(gaps.stream().mapToLong(gap -> gap.data().getLong("lost")).sum())
                    .isEqualTo(dropped);
                assertThat(heard.stream().map(EventMessage::seq).toList())
                    .isSorted()
                    .doesNotHaveDuplicates();
                assertThat(heard.get(heard.size() - 1).data().getInteger("position"))
                    .isEqualTo(3000);
              });
    }
  }

  @Test
  void whatIsDamagedOnTheDiskIsAnnouncedWithItsNumbers() throws Exception {
    start("first", 8 * MIB);
    broker.kill();
    tell(10);
    stopSender();
    Path file = directory.resolve("events").resolve("%019d.journal".formatted(1));
    byte[] bytes = Files.readAllBytes(file);
    int fourth = new String(bytes, StandardCharsets.ISO_8859_1).indexOf("\"position\":4");
    bytes[fourth] ^= 1;
    // Cuts off the last entry after its first bytes, and the mark of what is done after it.
    int tenth = new String(bytes, StandardCharsets.ISO_8859_1).indexOf("\"position\":10");
    Files.write(file, Arrays.copyOf(bytes, tenth));
    start("second", 8 * MIB);
    tell(1);
    try (MqttProbe probe = startBrokerAndSubscribe()) {
      awaitAllSent();
      await()
          .atMost(LIMIT)
          .untilAsserted(
              () -> {
                assertThat(heard(probe, "motor").stream().map(EventMessage::seq))
                    .containsExactly(1L, 2L, 3L, 5L, 6L, 7L, 8L, 9L, 11L);
                assertThat(heard(probe, "agent").stream().map(gap -> gap.data().encode()))
                    .containsExactly(
                        "{\"lost\":1,\"first\":4,\"last\":4}",
                        "{\"lost\":1,\"first\":10,\"last\":10}");
              });
    }
    assertThat(own.eventsDropped).hasValue(2);
    assertThat(own.journalDamages).hasValue(2);
  }

  @Test
  void whatTheJournalStillHoldsIsSentAgainInOrderAndTheRestIsNamed() throws Exception {
    start("s1", 64 * 1024);
    tell(100);
    await().atMost(LIMIT).until(() -> onLoop(() -> sender.depth() == 0));
    broker.kill();
    tell(500);
    await().atMost(LIMIT).until(() -> onLoop(() -> events.readable() == events.newest()));
    broker.start();
    await().atMost(LIMIT).until(() -> onLoop(() -> sender.depth() == 0));
    try (MqttProbe probe = subscribe()) {
      long newest = onLoop(events::newest);
      EventResender resender = new EventResender(events, mqtt, Topics.standard(), "p1");
      JsonObject result =
          Future.<JsonObject>future(
                  done ->
                      context.runOnContext(now -> resender.resend(1, newest + 5).onComplete(done)))
              .toCompletionStage()
              .toCompletableFuture()
              .get(60, TimeUnit.SECONDS);
      long lost = result.getJsonArray("missing").getJsonArray(0).getLong(1);
      assertThat(lost).isBetween(1L, newest - 100);
      assertThat(result)
          .isEqualTo(
              new JsonObject()
                  .put("sent", newest - lost)
                  .put(
                      "missing",
                      new JsonArray()
                          .add(new JsonArray().add(1L).add(lost))
                          .add(new JsonArray().add(newest + 1).add(newest + 5))));
      await()
          .atMost(LIMIT)
          .until(
              () -> heard(probe, "motor").size() + heard(probe, "agent").size() == newest - lost);
      List<Long> motor = heard(probe, "motor").stream().map(EventMessage::seq).toList();
      List<Long> all = new ArrayList<>(motor);
      heard(probe, "agent").forEach(event -> all.add(event.seq()));
      assertThat(motor).isSorted();
      assertThat(all)
          .containsExactlyInAnyOrderElementsOf(
              LongStream.rangeClosed(lost + 1, newest).boxed().toList());
    }
  }
}
