// SPDX-License-Identifier: Apache-2.0
// Waits for MQTT messages: the agent's state after a notification, or its own messages.
package org.hy300.bench;

import io.netty.handler.codec.mqtt.MqttQoS;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.mqtt.MqttClient;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.hy300.agent.Agent;
import org.hy300.mqtt.BrokerAddress;

/**
 * Arguments: the broker, a topic, how many messages, and {@code echo} to publish the messages too.
 * Prints the times at which they arrived, after the times at which they were published if they
 * were, in ns of CLOCK_MONOTONIC.
 */
final class WaitMessage {
  private WaitMessage() {}

  public static void main(String[] args) throws Exception {
    BrokerAddress broker = BrokerAddress.parse(args[0]);
    String topic = args[1];
    int count = Integer.parseInt(args[2]);
    boolean echo = args.length > 3;
    BlockingQueue<Long> arrivals = new LinkedBlockingQueue<>();
    Vertx vertx = Agent.vertx();
    MqttClient client = MqttClient.create(vertx);
    client.publishHandler(
        message -> {
          if (!message.isRetain()) {
            arrivals.add(System.nanoTime());
          }
        });
    client
        .connect(broker.port(), broker.host())
        .compose(connack -> client.subscribe(topic, 1))
        .toCompletionStage()
        .toCompletableFuture()
        .get(20, TimeUnit.SECONDS);
    System.out.println("ready");
    for (int i = 0; i < count; i++) {
      long published = System.nanoTime();
      if (echo) {
        client
            .publish(topic, Buffer.buffer("0".repeat(1024)), MqttQoS.AT_LEAST_ONCE, false, false)
            .onFailure(Throwable::printStackTrace);
      }
      Long arrival = arrivals.poll(20, TimeUnit.SECONDS);
      if (arrival == null) {
        System.err.println("no message on " + topic + " after " + i + " of " + count);
        Runtime.getRuntime().halt(1);
      }
      System.out.println(echo ? published + " " + arrival : arrival.toString());
    }
    Runtime.getRuntime().halt(0);
  }
}
