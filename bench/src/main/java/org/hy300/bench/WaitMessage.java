// SPDX-License-Identifier: Apache-2.0
// Waits for MQTT messages: the agent's state after a notification, or its own messages.
package org.hy300.bench;

import io.netty.handler.codec.mqtt.MqttQoS;
import io.vertx.core.buffer.Buffer;
import io.vertx.mqtt.MqttClient;
import java.util.concurrent.TimeUnit;
import org.hy300.agent.Agent;
import org.hy300.mqtt.BrokerAddress;

/**
 * Arguments: the broker, a topic, and the number of messages to publish there and wait for, one
 * after the other. Without the number, it waits for others' messages until there is none for three
 * seconds. Prints {@code ready}, then the times of arrival, each after its time of publishing if
 * any, in ns of CLOCK_MONOTONIC.
 */
final class WaitMessage {
  /** About the size of a motor's state. */
  private static final Buffer PAYLOAD = Buffer.buffer("0".repeat(2048));

  private WaitMessage() {}

  public static void main(String[] args) throws Exception {
    BrokerAddress broker = BrokerAddress.parse(args[0]);
    String topic = args[1];
    Arrivals arrivals = new Arrivals();
    MqttClient client = MqttClient.create(Agent.vertx());
    client.publishHandler(
        message -> {
          if (!message.isRetain()) {
            arrivals.now();
          }
        });
    client
        .connect(broker.port(), broker.host())
        .compose(connack -> client.subscribe(topic, 1))
        .toCompletionStage()
        .toCompletableFuture()
        .get(20, TimeUnit.SECONDS);
    System.out.println("ready");
    if (args.length < 3) {
      arrivals.untilQuiet().forEach(System.out::println);
      Runtime.getRuntime().halt(0);
    }
    for (int i = 0; i < Integer.parseInt(args[2]); i++) {
      long published = System.nanoTime();
      client
          .publish(topic, PAYLOAD, MqttQoS.AT_LEAST_ONCE, false, false)
          .onFailure(Throwable::printStackTrace);
      System.out.println(published + " " + arrivals.next());
    }
    Runtime.getRuntime().halt(0);
  }
}
