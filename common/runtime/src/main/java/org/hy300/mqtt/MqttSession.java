// SPDX-License-Identifier: Apache-2.0
// A connection to the broker that comes back by itself, on vertx-mqtt's client.
package org.hy300.mqtt;

import io.netty.handler.codec.mqtt.MqttQoS;
import io.vertx.core.AsyncResult;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.mqtt.MqttClient;
import io.vertx.mqtt.MqttClientOptions;
import io.vertx.mqtt.MqttClientWillOptions;
import io.vertx.mqtt.messages.MqttPublishMessage;
import io.vertx.mqtt.messages.MqttSubAckMessage;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.ConnectException;
import java.net.InetAddress;
import java.nio.channels.ClosedChannelException;
import java.nio.file.FileSystemException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import javax.net.ssl.SSLException;

/**
 * What vertx-mqtt's client leaves to its user: a new client for each connection (one that was
 * dropped keeps its old window), time-outs for CONNACK, SUBACK and PINGRESP, jittered back-off,
 * subscriptions that are checked, and messages that are kept until PUBACK.
 *
 * <p>MQTT 3.1.1, clean sessions, QoS 1 for everything sent but {@link #publishNow}. All calls and
 * callbacks happen on the event loop of the context that {@link #start} was called on.
 */
public final class MqttSession {
  private static final Logger LOG = System.getLogger(MqttSession.class.getName());

  /**
   * vertx-mqtt logs a stack trace for each connection that fails; what is said here is enough.
   * Held, for a logger that nobody holds forgets its level.
   */
  private static final java.util.logging.Logger CLIENT_LOG =
      java.util.logging.Logger.getLogger("io.vertx.mqtt");

  static {
    CLIENT_LOG.setLevel(java.util.logging.Level.OFF);
  }

  private static final String CLOSED = "the broker closed the connection";
  private static final int ANSWER_TIMEOUT_SECONDS = 10;
  private static final int PUBACK_TIMEOUT_SECONDS = 30;
  private static final int WINDOW = 16;
  private static final long FIRST_PAUSE_MS = 250;
  private static final long LONGEST_PAUSE_MS = 30_000;

  /** Larger messages end the connection; below, {@link Listener#received} judges them. */
  private static final int MAX_RECEIVED_BYTES = 2 * 1024 * 1024;

  /**
   * What a session is made of.
   *
   * @param clientId names the session at the broker; a second one of the name takes it over
   * @param keepAliveSeconds silence for longer than this is looked into
   * @param subscriptions QoS by topic filter
   * @param capacity most messages that wait for the broker; the oldest goes first
   */
  public record Options(
      BrokerAccess broker,
      String clientId,
      int keepAliveSeconds,
      Map<String, Integer> subscriptions,
      int capacity) {}

  /**
   * A retained QoS 1 message that the broker sends when the connection dies.
   *
   * @param payload asked at each connect
   */
  public record Will(String topic, Supplier<Buffer> payload) {}

  /** Whom the session works for. */
  public interface Listener {
    /** The subscriptions stand; retained messages may be published. */
    void connected();

    /** The connection has gone; the session tries again by itself. */
    default void disconnected() {}

    /** A message has arrived. It is acknowledged when this returns, or throws whatever it may. */
    void received(MqttPublishMessage message);

    /** {@link #received} has thrown something, which is in the log. */
    default void failed(String topic) {}

    /** The oldest ordered message had to go because too many wait. */
    default void dropped(String topic) {}
  }

  private final Vertx vertx;
  private final Options options;
  private final Will will;
  private final Listener listener;
  private final Outbox outbox;

  private MqttClient client;
  private boolean connected;
  private boolean stopped;
  private long pauseMs = FIRST_PAUSE_MS;
  private long connectedNanos;
  private volatile long lastHeardNanos;
  private final NameLookup names;
  private final FailureLog failures = new FailureLog(System::nanoTime);
  private boolean saidConnected;

  /** Null while connected, and while the addresses are not known. */
  private Candidates candidates;

  private Class<?> lastMistake;
  private long keepAliveTimer = -1;
  private long answerTimer = -1;
  private long retryTimer = -1;
  private Promise<Void> drained;

  /** Topic filters that are subscribed to for no more than what is retained there. */
  private List<String> readAgain = List.of();

  /**
   * Creates a session that {@link #start} connects.
   *
   * @param will null for none
   */
  public MqttSession(Vertx vertx, Options options, Will will, Listener listener) {
    this(
        vertx,
        options,
        will,
        listener,
        new NameLookup(
            vertx, InetAddress::getAllByName, TimeUnit.SECONDS.toMillis(ANSWER_TIMEOUT_SECONDS)));
  }

  MqttSession(Vertx vertx, Options options, Will will, Listener listener, NameLookup names) {
    this.vertx = vertx;
    this.names = names;
    this.options = options;
    this.will = will;
    this.listener = listener;
    outbox = new Outbox(options.capacity(), WINDOW);
  }

  /** Connects, and again whenever the connection is lost, until {@link #stop}. */
  public void start() {
    connect();
  }

  public boolean isConnected() {
    return connected;
  }

  /** How long nothing was heard from the broker, in milliseconds; any thread may ask. */
  public long silenceMs() {
    return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - lastHeardNanos);
  }

  /** Ordered messages that the broker has not acknowledged yet. */
  public int depth() {
    return outbox.depth();
  }

  /**
   * Sends after what was published before, however often the connection is lost meanwhile.
   *
   * @return succeeds when the broker has acknowledged it, fails when it had to go because too many
   *     wait; neither when the session is stopped before
   */
  public Future<Void> publish(String topic, Buffer payload) {
    Outbox.Message message = new Outbox.Message(topic, () -> payload, false);
    Optional<Outbox.Message> oldest = outbox.addOrdered(message);
    flush();
    oldest.ifPresent(
        dropped -> {
          listener.dropped(dropped.topic());
          dropped.done().tryFail("too many messages wait for the broker");
        });
    return message.done().future();
  }

  /**
   * Sends retained. Replaces what waits for the same topic; lost with the connection, because the
   * listener publishes everything that is retained on {@link Listener#connected}.
   *
   * @return succeeds when the broker has acknowledged it; neither does nor fails when it was
   *     replaced or lost
   */
  public Future<Void> publishRetained(String topic, Supplier<Buffer> payload) {
    Outbox.Message message = new Outbox.Message(topic, payload, true);
    if (connected) {
      outbox.addLatest(message);
      flush();
    }
    return message.done().future();
  }

  /** Sends at QoS 0, past everything that waits; fails when there is no connection. */
  public Future<Void> publishNow(String topic, Buffer payload) {
    return connected
        ? client.publish(topic, payload, MqttQoS.AT_MOST_ONCE, false, false).mapEmpty()
        : Future.failedFuture("there is no connection to the broker");
  }

  /**
   * Has the broker send what is retained below these filters once more, at QoS 0.
   *
   * @return false when there is no connection (a new one brings everything), or the broker has not
   *     answered the last call yet
   */
  public boolean readRetained(List<String> filters) {
    if (!connected || !readAgain.isEmpty()) {
      return false;
    }
    MqttClient from = client;
    readAgain = List.copyOf(filters);
    Map<String, Integer> wanted = new LinkedHashMap<>();
    filters.forEach(filter -> wanted.put(filter, MqttQoS.AT_MOST_ONCE.value()));
    from.subscribe(wanted).onFailure(error -> lost(from, reason(error)));
    return true;
  }

  /** Waits until everything is acknowledged, at most so long, then disconnects without a Will. */
  public Future<Void> stop(long milliseconds) {
    stopped = true;
    cancelTimers();
    if (!connected) {
      return close();
    }
    drained = Promise.promise();
    Future<Void> empty = drained.future().timeout(milliseconds, TimeUnit.MILLISECONDS);
    flush();
    return empty.otherwiseEmpty().compose(done -> close());
  }

  private Future<Void> close() {
    connected = false;
    return client == null || !client.isConnected()
        ? Future.succeededFuture()
        : client.disconnect().timeout(1, TimeUnit.SECONDS).otherwiseEmpty();
  }

  private void connect() {
    candidates = null;
    try {
      names.find(options.broker().address().host()).onComplete(this::found);
    } catch (Throwable e) {
      lost(client, reason(e));
    }
  }

  private void found(AsyncResult<List<InetAddress>> addresses) {
    if (stopped) {
      return;
    }
    if (addresses.failed()) {
      lost(client, reason(addresses.cause()));
      return;
    }
    boolean named = !NameLookup.isAddress(options.broker().address().host());
    candidates = new Candidates(addresses.result(), named);
    connectToNext();
  }

  /** Whatever is thrown on the way ends this attempt, and never those to come. */
  private void connectToNext() {
    try {
      client = MqttClient.create(vertx, clientOptions());
      connect(client, candidates.address());
    } catch (Throwable e) {
      // The next address would fail as this one.
      candidates = null;
      lost(client, unusable(e));
    }
  }

  private MqttClientOptions clientOptions() throws IOException {
    MqttClientOptions clientOptions =
        new MqttClientOptions()
            .setClientId(options.clientId())
            .setCleanSession(true)
            .setKeepAliveInterval(options.keepAliveSeconds())
            .setAutoKeepAlive(false)
            .setAckTimeout(PUBACK_TIMEOUT_SECONDS)
            .setMaxInflightQueue(2 * WINDOW)
            .setMaxMessageSize(MAX_RECEIVED_BYTES);
    clientOptions.setAutoAck(false);
    // Before the CONNACK's: an address that nobody answers at is said in the same words each time.
    clientOptions.setConnectTimeout((int) TimeUnit.SECONDS.toMillis(ANSWER_TIMEOUT_SECONDS - 2));
    if (will != null) {
      clientOptions.setWillOptions(
          new MqttClientWillOptions()
              .setTopic(will.topic())
              .setMessageBytes(will.payload().get())
              .setQos(MqttQoS.AT_LEAST_ONCE.value())
              .setRetain(true));
    }
    options.broker().apply(clientOptions);
    return clientOptions;
  }

  private void connect(MqttClient fresh, String ip) {
    BrokerAddress address = options.broker().address();
    fresh.closeHandler(closed -> lost(fresh, CLOSED));
    fresh.exceptionHandler(error -> lost(fresh, reason(error)));
    fresh.pingResponseHandler(pong -> heard());
    fresh.publishHandler(message -> received(fresh, message));
    fresh.publishCompletionHandler(id -> acknowledged(fresh, id));
    fresh.publishCompletionExpirationHandler(
        id -> lost(fresh, "no PUBACK in " + PUBACK_TIMEOUT_SECONDS + " s"));
    fresh.subscribeCompletionHandler(suback -> subscribed(fresh, suback));
    fresh
        .connect(address.port(), ip, address.tls() ? address.indicatedName() : null)
        .timeout(ANSWER_TIMEOUT_SECONDS, TimeUnit.SECONDS)
        .onSuccess(connack -> subscribe(fresh))
        .onFailure(
            error ->
                lost(
                    fresh,
                    error instanceof TimeoutException
                        ? "no CONNACK in " + ANSWER_TIMEOUT_SECONDS + " s"
                        : reason(error)));
  }

  /** Why no connection could even be tried, which is mostly a file that it needs. */
  private static String unusable(Throwable error) {
    return error instanceof FileSystemException file
        ? file.getMessage() + " cannot be read"
        : reason(error);
  }

  private void subscribe(MqttClient from) {
    if (from != client || stopped) {
      return;
    }
    heard();
    keepAliveTimer =
        vertx.setPeriodic(
            Math.max(100, options.keepAliveSeconds() * 1000L / 2), timer -> keepAlive(from));
    answerTimer =
        vertx.setTimer(
            TimeUnit.SECONDS.toMillis(ANSWER_TIMEOUT_SECONDS),
            timer -> lost(from, "no SUBACK in " + ANSWER_TIMEOUT_SECONDS + " s"));
    from.subscribe(new LinkedHashMap<>(options.subscriptions()))
        .onFailure(error -> lost(from, reason(error)));
  }

  private void subscribed(MqttClient from, MqttSubAckMessage suback) {
    if (from != client) {
      return;
    }
    heard();
    if (connected) {
      // The subscription has done its work, even where the broker refused it.
      from.unsubscribe(readAgain).onFailure(error -> lost(from, reason(error)));
      readAgain = List.of();
      return;
    }
    vertx.cancelTimer(answerTimer);
    // 0x80 stands for a refused subscription (MQTT 3.1.1, 3.9.3).
    if (suback.grantedQoSLevels().stream().anyMatch(granted -> granted > 2)) {
      lost(from, "the broker refuses a subscription of " + options.subscriptions().keySet());
      return;
    }
    connected = true;
    connectedNanos = System.nanoTime();
    candidates = null;
    if (!saidConnected) {
      saidConnected = true;
      LOG.log(
          Level.INFO, "connected to {0} as {1}", options.broker().address(), options.clientId());
    }
    listener.connected();
    flush();
  }

  private void received(MqttClient from, MqttPublishMessage message) {
    if (from != client) {
      return;
    }
    heard();
    try {
      listener.received(message);
    } catch (Throwable e) {
      failed(message.topicName(), e);
    } finally {
      // Else the broker would give no more, once so many are not acknowledged.
      if (message.qosLevel() != MqttQoS.AT_MOST_ONCE) {
        message.ack();
      }
    }
  }

  /** The first mistake of a kind with its trace: a thousand messages may make the same one. */
  private void failed(String topic, Throwable error) {
    boolean again = error.getClass() == lastMistake;
    lastMistake = error.getClass();
    LOG.log(
        Level.ERROR,
        "message on " + topic + " was not handled" + (again ? ": " + error : ""),
        again ? null : error);
    listener.failed(topic);
  }

  private void acknowledged(MqttClient from, int id) {
    if (from == client) {
      heard();
      outbox.acknowledged(id);
      flush();
    }
  }

  private void flush() {
    MqttClient to = client;
    while (connected && to == client) {
      Optional<Outbox.Message> next = outbox.next();
      if (next.isEmpty()) {
        break;
      }
      Outbox.Message message = next.get();
      to.publish(
              message.topic(),
              message.payload().get(),
              MqttQoS.AT_LEAST_ONCE,
              false,
              message.latest())
          .onSuccess(packetId -> written(to, packetId))
          .onFailure(error -> lost(to, reason(error)));
    }
    if (drained != null && outbox.isEmpty()) {
      drained.tryComplete();
    }
  }

  private void written(MqttClient to, int packetId) {
    if (to == client) {
      outbox.written(packetId);
      flush();
    }
  }

  private void heard() {
    lastHeardNanos = System.nanoTime();
  }

  /** Runs every half keep-alive: three in a row without a word from the broker are too many. */
  private void keepAlive(MqttClient from) {
    long silence = System.nanoTime() - lastHeardNanos;
    if (silence > TimeUnit.SECONDS.toNanos(options.keepAliveSeconds()) * 5 / 4) {
      lost(from, "the broker is silent for " + TimeUnit.NANOSECONDS.toSeconds(silence) + " s");
    } else if (from.isConnected()) {
      from.ping();
    }
  }

  private void lost(MqttClient from, String why) {
    if (from != client) {
      return;
    }
    client = null;
    cancelTimers();
    if (from != null) {
      from.disconnect();
    }
    outbox.connectionLost();
    if (!stopped && candidates != null && candidates.leave(why)) {
      connectToNext();
      return;
    }
    boolean wasConnected = connected;
    connected = false;
    readAgain = List.of();
    if (drained != null) {
      drained.tryComplete();
    }
    if (wasConnected
        // Two clients of one name throw each other out for ever, but not as fast as they can.
        && System.nanoTime() - connectedNanos > TimeUnit.MILLISECONDS.toNanos(LONGEST_PAUSE_MS)) {
      pauseMs = FIRST_PAUSE_MS;
      failures.forget();
    }
    if (!stopped) {
      failures.failed(candidates == null ? why : candidates.why()).ifPresent(this::say);
      // Between half and the whole: a fleet that lost its broker must not return in one instant.
      long pause = ThreadLocalRandom.current().nextLong(pauseMs / 2, pauseMs + 1);
      pauseMs = Math.min(LONGEST_PAUSE_MS, pauseMs * 2);
      retryTimer = vertx.setTimer(pause, timer -> connect());
    }
    if (wasConnected) {
      listener.disconnected();
    }
  }

  private void say(String why) {
    saidConnected = false;
    LOG.log(Level.WARNING, "{0}: {1}; trying again", options.broker().address(), why);
  }

  private void cancelTimers() {
    vertx.cancelTimer(keepAliveTimer);
    vertx.cancelTimer(answerTimer);
    vertx.cancelTimer(retryTimer);
  }

  /** The innermost word of a failure; of a TLS handshake it is the only one that helps. */
  private static String reason(Throwable error) {
    Throwable cause = error;
    while (cause.getCause() != null && cause instanceof SSLException) {
      cause = cause.getCause();
    }
    if (cause instanceof ClosedChannelException) {
      return CLOSED;
    }
    String message = cause.getMessage();
    if (message == null || message.isEmpty()) {
      return cause.getClass().getSimpleName();
    }
    // Netty's native transport puts the call's name before, both put the address behind.
    return cause instanceof ConnectException
        ? message.replaceFirst("^.*error\\(-\\d+\\): ", "").replaceFirst(": \\S*/\\S+$", "")
        : message;
  }
}
