// SPDX-License-Identifier: Apache-2.0
// Projectors of one site, each with a connection and a Will of its own; their power can fail.
package org.hy300.e2e;

import io.netty.handler.codec.mqtt.MqttQoS;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.mqtt.MqttClient;
import io.vertx.mqtt.MqttClientOptions;
import io.vertx.mqtt.MqttClientWillOptions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.hy300.contract.Family;
import org.hy300.contract.InfoMessage;
import org.hy300.contract.StateMessage;
import org.hy300.contract.StatusMessage;
import org.hy300.contract.Topics;
import org.hy300.mqtt.BrokerAddress;

/**
 * Behaves like agents towards the broker, and is light enough for thousands: a session that
 * reconnects by itself, states with their numbers, and counters that live in the kernel and so
 * outlive the agent. Closing its instance of Vert.x cuts the site's power.
 */
final class Site {
  private static final long TICK_MS = 20;
  private static final long STATE_EVERY_MS = 2_000;
  private static final long BACK_OFF_MS = 1_000;

  /**
   * Loggers of expected losses of broker and power. Referenced here because an unreferenced logger
   * loses its level.
   */
  private static final List<Logger> SILENT =
      List.of(
          Logger.getLogger("io.vertx.mqtt.impl.MqttClientImpl"),
          Logger.getLogger("io.netty.util.concurrent.DefaultPromise.rejectedExecution"));

  static {
    SILENT.forEach(logger -> logger.setLevel(Level.OFF));
  }

  private static final Map<String, Family> FAMILIES =
      Map.of(
          "hy300_motor_position_steps", new Family("gauge", "Where the motor is."),
          "hy300_motor_homed", new Family("gauge", "Whether the position is known."),
          "hy300_motor_steps_total", new Family("counter", "Steps that were made."),
          "hy300_motor_moves_total", new Family("counter", "Moves that were begun."),
          "hy300_board_temperature_celsius", new Family("gauge", "Of a sensor."),
          "hy300_board_throttles_total", new Family("counter", "Times it was too hot."));

  private static final class Projector {
    private final String name;
    private final AtomicLong steps = new AtomicLong();
    private int starts;
    private long seq;
    private volatile MqttClient client;

    Projector(String name) {
      this.name = name;
    }

    String session() {
      return name + "-" + starts;
    }
  }

  private final BrokerAddress broker;
  private final String name;
  private final Topics topics = Topics.standard();
  private final List<Projector> projectors = new ArrayList<>();
  private Vertx mains;
  private volatile boolean moving = true;
  private int next;

  Site(BrokerAddress broker, String name, int size) {
    this.broker = broker;
    this.name = name;
    for (int number = 0; number < size; number++) {
      projectors.add(new Projector("%s-%04d".formatted(name, number)));
    }
  }

  /** Starts all projectors, each with a new session. */
  void powerUp() {
    mains = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1));
    for (Projector projector : projectors) {
      projector.starts++;
      projector.seq = 0;
      mains.runOnContext(now -> connect(projector));
    }
    long every = STATE_EVERY_MS / TICK_MS;
    mains.setPeriodic(
        TICK_MS,
        tick -> {
          for (long i = 0; moving && i * every < projectors.size(); i++) {
            next = (next + 1) % projectors.size();
            move(projectors.get(next));
          }
        });
  }

  /** Ends all projectors at once, without a message to the broker. */
  void powerDown() throws Exception {
    mains.close().toCompletionStage().toCompletableFuture().get(60, TimeUnit.SECONDS);
    projectors.forEach(projector -> projector.client = null);
  }

  /** From now on nothing moves and nothing is sent. */
  void rest() {
    moving = false;
  }

  boolean isConnected() {
    return projectors.stream().allMatch(each -> each.client != null && each.client.isConnected());
  }

  /** The counter of each projector's steps, by series. */
  Map<String, Double> steps() {
    Map<String, Double> steps = new HashMap<>();
    for (Projector each : projectors) {
      steps.put("hy300_motor_steps_total{device=\"" + each.name + "\"}", (double) each.steps.get());
    }
    return steps;
  }

  private void connect(Projector projector) {
    Buffer will = new StatusMessage(false, projector.session(), Instant.now()).toBuffer();
    MqttClient client =
        MqttClient.create(
            mains,
            new MqttClientOptions()
                .setClientId(projector.name)
                .setWillOptions(
                    new MqttClientWillOptions()
                        .setTopic(topics.status(projector.name))
                        .setMessageBytes(will)
                        .setQos(1)
                        .setRetain(true)));
    projector.client = client;
    client.closeHandler(closed -> reconnect(projector, client));
    client
        .connect(broker.port(), broker.host())
        .onSuccess(connected -> announce(projector))
        .onFailure(error -> reconnect(projector, client));
  }

  private void reconnect(Projector projector, MqttClient lost) {
    if (projector.client == lost) {
      projector.client = null;
      long wait = 1 + ThreadLocalRandom.current().nextLong(BACK_OFF_MS);
      mains.setTimer(wait, due -> connect(projector));
    }
  }

  private void announce(Projector projector) {
    retain(
        projector,
        topics.status(projector.name),
        new StatusMessage(true, projector.session(), Instant.now()).toBuffer());
    retain(
        projector,
        topics.info(projector.name),
        new InfoMessage(
                projector.session(),
                Instant.now(),
                "HY300",
                "6.1.0",
                "0.1.0",
                "boot-" + projector.starts,
                Map.of("site", name),
                List.of("board", "motor"),
                FAMILIES)
            .toBuffer());
    publishStates(projector);
  }

  private void move(Projector projector) {
    MqttClient client = projector.client;
    if (client != null && client.isConnected()) {
      projector.steps.addAndGet(1 + ThreadLocalRandom.current().nextLong(100));
      publishStates(projector);
    }
  }

  private void publishStates(Projector projector) {
    long steps = projector.steps.get();
    state(
        projector,
        "motor",
        Map.of(
            "hy300_motor_position_steps",
            steps % 200,
            "hy300_motor_homed",
            1,
            "hy300_motor_steps_total",
            steps,
            "hy300_motor_moves_total",
            steps / 50));
    state(
        projector,
        "board",
        Map.of(
            "hy300_board_temperature_celsius{sensor=\"soc\"}", 40 + steps % 300 / 10.0,
            "hy300_board_temperature_celsius{sensor=\"led\"}", 50 + steps % 200 / 10.0,
            "hy300_board_throttles_total", steps / 500));
  }

  private void state(Projector projector, String subsystem, Map<String, Number> values) {
    retain(
        projector,
        topics.state(projector.name, subsystem),
        new StateMessage(projector.session(), ++projector.seq, Instant.now(), values).toBuffer());
  }

  private static void retain(Projector projector, String topic, Buffer payload) {
    projector.client.publish(topic, payload, MqttQoS.AT_LEAST_ONCE, false, true);
  }
}
