// SPDX-License-Identifier: Apache-2.0
// An MQTT client that records what it receives and publishes on request.
package org.hy300.testing;

import io.netty.handler.codec.mqtt.MqttQoS;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import io.vertx.mqtt.MqttClient;
import io.vertx.mqtt.MqttClientOptions;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;
import org.awaitility.Awaitility;
import org.hy300.mqtt.BrokerAddress;
import org.hy300.mqtt.MqttSession;

/**
 * Each call blocks until its step is done, for simple tests. Every message below the contract's
 * root is validated against the contract's document. A violation fails the test, at the next call
 * or at the end. Messages that the test itself published are exempt.
 */
public final class MqttProbe implements AutoCloseable {
  private static final int MAX_BYTES = 4 * 1024 * 1024;

  /** One received message. */
  public record Message(String topic, Buffer payload, boolean retained) {
    public JsonObject json() {
      return new JsonObject(payload);
    }
  }

  private final Vertx vertx = Vertx.vertx();
  private final MqttClient client;
  private final List<Message> messages = new CopyOnWriteArrayList<>();
  private final List<String> violations = new CopyOnWriteArrayList<>();
  private final ExecutorService judge = Executors.newSingleThreadExecutor();

  /** Messages that any probe has published. */
  private static final Set<String> OWN = ConcurrentHashMap.newKeySet();

  /** Connects without a Will. */
  public MqttProbe(BrokerAddress broker) {
    this(broker, new MqttClientOptions());
  }

  /** Connects with options such as a Will. */
  public MqttProbe(BrokerAddress broker, MqttClientOptions options) {
    if (options.getClientId() == null) {
      options.setClientId(MqttSession.ID_PREFIX + "probe-" + UUID.randomUUID());
    }
    options.setMaxInflightQueue(1000).setMaxMessageSize(MAX_BYTES);
    client = MqttClient.create(vertx, options);
    client.publishHandler(
        message ->
            received(new Message(message.topicName(), message.payload(), message.isRetain())));
    await(client.connect(broker.port(), broker.host()));
  }

  private void received(Message message) {
    messages.add(message);
    if (!OWN.contains(key(message.topic(), message.payload()))) {
      // On another thread: a slow subscriber would change the broker's behaviour.
      judge.execute(
          () ->
              ContractDocument.get()
                  .violation(message.topic(), message.payload(), message.retained())
                  .ifPresent(violations::add));
    }
  }

  private static String key(String topic, Buffer payload) {
    return topic + " " + payload.length() + " " + payload.hashCode();
  }

  /** Validates the remaining messages. */
  private void finish() {
    judge.shutdown();
    try {
      if (!judge.awaitTermination(60, TimeUnit.SECONDS)) {
        throw new AssertionError("judging the messages takes too long");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    check();
  }

  private void check() {
    if (!violations.isEmpty()) {
      throw new AssertionError(String.join("\n", violations));
    }
  }

  /** Subscribes at QoS 1 and waits for the broker's acknowledgement. */
  public MqttProbe subscribe(String filter) {
    CompletableFuture<Void> granted = new CompletableFuture<>();
    client.subscribeCompletionHandler(suback -> granted.complete(null));
    await(client.subscribe(filter, 1));
    granted.orTimeout(60, TimeUnit.SECONDS).join();
    return this;
  }

  /** Publishes at QoS 1 and waits until the broker has it. */
  public void publish(String topic, Buffer payload, boolean retained) {
    OWN.add(key(topic, payload));
    CompletableFuture<Void> acknowledged = new CompletableFuture<>();
    client.publishCompletionHandler(id -> acknowledged.complete(null));
    await(client.publish(topic, payload, MqttQoS.AT_LEAST_ONCE, false, retained));
    acknowledged.orTimeout(60, TimeUnit.SECONDS).join();
  }

  public void publish(String topic, String payload) {
    publish(topic, Buffer.buffer(payload), false);
  }

  /** All messages so far on a topic. */
  public List<Message> heard(String topic) {
    check();
    return messages.stream().filter(message -> message.topic().equals(topic)).toList();
  }

  /** Waits for a matching message on the topic; earlier ones count too. */
  public JsonObject await(String topic, Predicate<JsonObject> wanted) {
    return Awaitility.await(topic)
        .atMost(Duration.ofSeconds(60))
        .pollInterval(Duration.ofMillis(20))
        .until(
            () -> heard(topic).stream().map(Message::json).filter(wanted).findFirst().orElse(null),
            message -> message != null);
  }

  /** Whether the broker has not ended the connection. */
  public boolean isConnected() {
    return client.isConnected();
  }

  private static <T> T await(Future<T> future) {
    try {
      return future.toCompletionStage().toCompletableFuture().get(60, TimeUnit.SECONDS);
    } catch (InterruptedException | ExecutionException | TimeoutException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Drops the connection without a DISCONNECT, so that the broker sends the Will. */
  public void vanish() {
    await(vertx.close());
    finish();
  }

  @Override
  public void close() {
    if (client.isConnected()) {
      await(client.disconnect());
    }
    await(vertx.close());
    finish();
  }
}
