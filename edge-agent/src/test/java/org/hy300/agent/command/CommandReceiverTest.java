// SPDX-License-Identifier: Apache-2.0
package org.hy300.agent.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import io.vertx.mqtt.messages.MqttPublishMessage;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.hy300.agent.Agent;
import org.hy300.agent.command.CommandReceiver.Executor;
import org.hy300.agent.command.CommandReceiver.Order;
import org.hy300.agent.metrics.AgentMetrics;
import org.hy300.contract.CommandMessage;
import org.hy300.contract.Subsystems;
import org.hy300.contract.Topics;
import org.hy300.journal.Journal;
import org.hy300.mqtt.BrokerAccess;
import org.hy300.mqtt.MqttSession;
import org.hy300.mqtt.Subscription;
import org.hy300.testing.Mosquitto;
import org.hy300.testing.MqttProbe;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A receiver with an executor whose bugs it must survive. */
@Timeout(300)
class CommandReceiverTest {
  private static final Topics TOPICS = Topics.standard();
  private static final String REPLY = TOPICS.reply("p1", Subsystems.MOTOR, "home");

  @TempDir private Path directory;
  private final Vertx vertx = Agent.vertx();
  private final Context context = vertx.getOrCreateContext();
  private final AgentMetrics own = new AgentMetrics(() -> 0, () -> 0);
  private final List<String> failed = new CopyOnWriteArrayList<>();
  private Mosquitto broker;
  private MqttProbe probe;
  private CommandReceiver receiver;

  @BeforeEach
  void start() throws Exception {
    broker = new Mosquitto(directory);
    probe = new MqttProbe(broker.address()).subscribe("hy300/v1/#");
    MqttSession mqtt =
        new MqttSession(
            vertx,
            new MqttSession.Options(
                BrokerAccess.open(broker.address()),
                "commands",
                20,
                List.of(Subscription.asPublished(TOPICS.commandsOf("p1"), 1)),
                1000),
            null,
            new MqttSession.Listener() {
              @Override
              public void connected() {}

              @Override
              public void received(MqttPublishMessage message) {
                receiver.received(
                    TOPICS.parse(message.topicName()).orElseThrow(),
                    message.payload(),
                    message.isRetain(),
                    Request.NONE);
              }

              @Override
              public void failed(String topic) {
                failed.add(topic);
              }
            });
    receiver =
        new CommandReceiver(
            vertx,
            mqtt,
            TOPICS,
            "p1",
            own,
            () -> {},
            new Journal(directory.resolve("commands"), 1024 * 1024, () -> {}),
            null,
            Map.of(Subsystems.MOTOR, new Mistaken()));
    context.runOnContext(now -> mqtt.start());
    await().atMost(Duration.ofSeconds(20)).until(mqtt::isConnected);
  }

  @AfterEach
  void stop() throws Exception {
    vertx.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
    probe.close();
    broker.close();
  }

  /** Fails at the step that the command's argument names. */
  private static final class Mistaken implements Executor {
    @Override
    public void execute(Order order) {
      switch (order.args().getString("fails", "")) {
        case "at once" -> throw new StackOverflowError();
        case "accepted" -> {
          order.accept();
          throw new AssertionError("after it was accepted");
        }
        default -> order.done(new JsonObject().put("position", 0));
      }
    }

    @Override
    public void interrupt() {}
  }

  private JsonObject answer(String id, String fails) {
    probe.publish(
        TOPICS.command("p1", Subsystems.MOTOR, "home"),
        new CommandMessage(
                id, null, Instant.now().plusSeconds(30), new JsonObject().put("fails", fails))
            .toBuffer(),
        false);
    return probe.await(
        REPLY,
        reply -> reply.getString("id").equals(id) && !reply.getString("status").equals("accepted"));
  }

  @Test
  void aMistakeIsAnsweredOnceAndTakesNoRoom() {
    // More than the receiver takes at once, and than mosquitto sends without an acknowledgement.
    for (int i = 0; i < 50; i++) {
      JsonObject reply = answer("m" + i, i % 2 == 0 ? "at once" : "accepted");
      assertThat(reply.getString("status")).isEqualTo("failed");
      assertThat(reply.getJsonObject("error").getString("code")).isEqualTo("internal");
    }
    assertThat(answer("last", "").getString("status")).isEqualTo("done");
    assertThat(
            probe.heard(REPLY).stream()
                .map(MqttProbe.Message::json)
                .filter(reply -> !reply.getString("status").equals("accepted")))
        .hasSize(51);
    assertThat(failed).hasSize(50);
  }
}
