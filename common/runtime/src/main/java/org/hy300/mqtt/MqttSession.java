// SPDX-License-Identifier: Apache-2.0
// A connection to the broker that comes back by itself, on vertx-mqtt's client.
package org.hy300.mqtt;

import io.netty.handler.codec.mqtt.MqttConnectReturnCode;
import io.netty.handler.codec.mqtt.MqttProperties;
import io.netty.handler.codec.mqtt.MqttQoS;
import io.vertx.core.AsyncResult;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.mqtt.MqttClient;
import io.vertx.mqtt.MqttClientOptions;
import io.vertx.mqtt.MqttClientWillOptions;
import io.vertx.mqtt.MqttConnectionException;
import io.vertx.mqtt.MqttException;
import io.vertx.mqtt.messages.MqttConnAckMessage;
import io.vertx.mqtt.messages.MqttPubAckMessage;
import io.vertx.mqtt.messages.MqttPublishMessage;
import io.vertx.mqtt.messages.MqttSubAckMessage;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.ConnectException;
import java.net.InetAddress;
import java.nio.channels.ClosedChannelException;
import java.nio.file.FileSystemException;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
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
 * <p>MQTT 5, or 3.1.1 where the broker knows no other ({@link Protocol}); clean sessions, QoS 1 for
 * everything sent but {@link #publishNow}. All calls and callbacks happen on the event loop of the
 * context that {@link #start} was called on.
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

  /**
   * Begins the client identifiers of agent and collector, for the shipped mosquitto lets in no
   * others. The colon keeps them apart from the names of projectors, which are identifiers there.
   */
  public static final String ID_PREFIX = "hy300:";

  private static final String CLOSED = "the broker closed the connection";

  /** What vertx-mqtt's client says when that comes before a CONNACK. */
  private static final String UNANSWERED = "Closed";

  private static final int ANSWER_TIMEOUT_SECONDS = 10;
  private static final int PUBACK_TIMEOUT_SECONDS = 30;
  private static final int WINDOW = 16;

  /** Messages at QoS 1 that the broker may send before the first is acknowledged. */
  private static final int RECEIVE_MAXIMUM = 100;

  /** What is said once of each topic is not said of endlessly many. */
  private static final int MAX_SAID = 1_000;

  private static final long FIRST_PAUSE_MS = 250;
  private static final long LONGEST_PAUSE_MS = 30_000;

  /**
   * Larger messages are kept back by a broker of MQTT 5, and end the connection at another; below,
   * {@link Listener#received} judges them.
   */
  private static final int MAX_RECEIVED_BYTES = 2 * 1024 * 1024;

  /**
   * What a session is made of.
   *
   * @param clientId names the session at the broker; a second one of the name takes it over
   * @param keepAliveSeconds silence for longer than this is looked into
   * @param capacity most messages that wait for the broker; the oldest goes first
   */
  public record Options(
      BrokerAccess broker,
      String clientId,
      int keepAliveSeconds,
      List<Subscription> subscriptions,
      int capacity) {}

  /**
   * A retained QoS 1 message that the broker sends when the connection dies.
   *
   * @param payload a message of the contract; asked at each connect
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

    /** The broker has refused something; the session has logged it. */
    default void refused(Refusal refusal) {}

    /** The oldest ordered message had to go because too many wait. */
    default void dropped(String topic) {}
  }

  private final Vertx vertx;
  private final Options options;
  private final Will will;
  private final Listener listener;
  private final Outbox outbox;
  private final Protocol protocol = new Protocol(System::nanoTime);
  private final Set<String> said = new HashSet<>();

  private MqttClient client;
  private boolean answered;
  private boolean connected;
  private boolean stopped;
  private int keepAliveSeconds;
  private int shortConnections;
  private Refusal ending;
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

  /** Sends a message of the contract as {@link #publish(String, Buffer, Headers)} does. */
  public Future<Void> publish(String topic, Buffer payload) {
    return publish(topic, payload, Headers.CONTRACT);
  }

  /**
   * Sends after what was published before, however often the connection is lost meanwhile.
   *
   * @return succeeds when the broker has answered for it, also with a refusal, for it would refuse
   *     it again; fails when it had to go because too many wait; neither when the session is
   *     stopped before
   */
  public Future<Void> publish(String topic, Buffer payload, Headers headers) {
    Outbox.Message message = new Outbox.Message(topic, () -> payload, headers, false);
    Optional<Outbox.Message> oldest = outbox.addOrdered(message);
    flush();
    oldest.ifPresent(
        dropped -> {
          listener.dropped(dropped.topic());
          dropped.done().tryFail("too many messages wait for the broker");
        });
    return message.done().future();
  }

  /** Sends a message of the contract retained. */
  public Future<Void> publishRetained(String topic, Supplier<Buffer> payload) {
    return publishRetained(topic, payload, Headers.CONTRACT);
  }

  /**
   * Sends retained. Replaces what waits for the same topic; lost with the connection, because the
   * listener publishes everything that is retained on {@link Listener#connected}.
   *
   * @return succeeds when the broker has answered for it; neither does nor fails when it was
   *     replaced or lost
   */
  public Future<Void> publishRetained(String topic, Supplier<Buffer> payload, Headers headers) {
    Outbox.Message message = new Outbox.Message(topic, payload, headers, true);
    if (connected) {
      outbox.addLatest(message);
      flush();
    }
    return message.done().future();
  }

  /** Sends at QoS 0, past everything that waits; fails when there is no connection. */
  public Future<Void> publishNow(String topic, Buffer payload, Headers headers) {
    return connected
        ? client
            .publish(topic, payload, MqttQoS.AT_MOST_ONCE, false, false, properties(headers))
            .mapEmpty()
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
    subscribe(
        from,
        filters.stream()
            .map(filter -> Subscription.of(filter, MqttQoS.AT_MOST_ONCE.value()))
            .toList());
    return true;
  }

  private void subscribe(MqttClient to, List<Subscription> subscriptions) {
    to.subscribe(
            subscriptions.stream().map(Subscription::topic).toList(), MqttProperties.NO_PROPERTIES)
        .onFailure(error -> lost(to, reason(error)));
  }

  /** Nothing at a broker that has no place for it. */
  private MqttProperties properties(Headers headers) {
    return protocol.is5() ? headers.properties(Instant.now()) : MqttProperties.NO_PROPERTIES;
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
    client = null;
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
    answered = false;
    ending = null;
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
    clientOptions.setVersion(protocol.next());
    if (protocol.is5()) {
      clientOptions.setSessionExpireInterval(0L);
      clientOptions.setReceiveMaximum(RECEIVE_MAXIMUM);
      clientOptions.setMaximumPacketSize((long) MAX_RECEIVED_BYTES);
    }
    // Before the CONNACK's: an address that nobody answers at is said in the same words each time.
    clientOptions.setConnectTimeout((int) TimeUnit.SECONDS.toMillis(ANSWER_TIMEOUT_SECONDS - 2));
    if (will != null) {
      MqttClientWillOptions willOptions =
          new MqttClientWillOptions()
              .setTopic(will.topic())
              .setMessageBytes(will.payload().get())
              .setQos(MqttQoS.AT_LEAST_ONCE.value())
              .setRetain(true);
      if (protocol.is5()) {
        Headers.CONTRACT.apply(willOptions);
      }
      clientOptions.setWillOptions(willOptions);
    }
    options.broker().apply(clientOptions);
    return clientOptions;
  }

  private void connect(MqttClient fresh, String ip) {
    BrokerAddress address = options.broker().address();
    fresh.disconnectMessageHandler(
        message -> ending(fresh, Refusal.disconnect(message.code(), options.clientId())));
    fresh.closeHandler(closed -> closed(fresh));
    fresh.exceptionHandler(error -> broken(fresh, error));
    fresh.pingResponseHandler(pong -> heard());
    fresh.publishHandler(message -> received(fresh, message));
    fresh.publishAckMessageHandler(puback -> acknowledged(fresh, puback));
    fresh.publishCompletionExpirationHandler(
        id -> lost(fresh, "no PUBACK in " + PUBACK_TIMEOUT_SECONDS + " s"));
    fresh.subscribeCompletionHandler(suback -> subscribed(fresh, suback));
    fresh
        .connect(address.port(), ip, address.tls() ? address.indicatedName() : null)
        .timeout(ANSWER_TIMEOUT_SECONDS, TimeUnit.SECONDS)
        .onSuccess(connack -> subscribe(fresh, connack))
        .onFailure(error -> refused(fresh, error));
  }

  private void refused(MqttClient from, Throwable error) {
    if (from == client && error instanceof MqttConnectionException refusal) {
      if (isOfVersion(refusal.code())) {
        sayFallBack(protocol.refused());
      }
      ending(from, Refusal.connack(refusal.code()));
      lost(from, ending.line());
    } else {
      if (from == client && UNANSWERED.equals(error.getMessage())) {
        sayFallBack(protocol.closedUnanswered());
      }
      lost(
          from,
          error instanceof TimeoutException
              ? "no CONNACK in " + ANSWER_TIMEOUT_SECONDS + " s"
              : reason(error));
    }
  }

  /** The connection was there; an answer that cannot be read is none. */
  private void broken(MqttClient from, Throwable error) {
    if (from == client && !answered && !(error instanceof SSLException)) {
      sayFallBack(protocol.closedUnanswered());
    }
    lost(from, reason(error));
  }

  private static boolean isOfVersion(MqttConnectReturnCode code) {
    return code == MqttConnectReturnCode.CONNECTION_REFUSED_UNACCEPTABLE_PROTOCOL_VERSION
        || code == MqttConnectReturnCode.CONNECTION_REFUSED_UNSUPPORTED_PROTOCOL_VERSION;
  }

  private void sayFallBack(boolean first) {
    if (first) {
      LOG.log(
          Level.INFO,
          "{0} does not speak MQTT 5: going on with MQTT 3.1.1, and trying again after an hour",
          options.broker().address());
    }
  }

  /** Keeps why the broker ends the connection until the end is there. */
  private void ending(MqttClient from, Refusal why) {
    if (from == client) {
      ending = why;
      listener.refused(why);
    }
  }

  private void closed(MqttClient from) {
    if (from != client) {
      return;
    }
    boolean isShort =
        connected
            && System.nanoTime() - connectedNanos < TimeUnit.MILLISECONDS.toNanos(LONGEST_PAUSE_MS);
    shortConnections = isShort ? shortConnections + 1 : 0;
    if (ending != null) {
      lost(from, ending.line());
    } else {
      // MQTT 3.1.1, and mosquitto 2.0 in MQTT 5, do not say that a name was taken.
      lost(
          from,
          shortConnections < 2
              ? CLOSED
              : CLOSED + " again; has another client the name " + options.clientId() + "?");
    }
  }

  /** Why no connection could even be tried, which is mostly a file that it needs. */
  private static String unusable(Throwable error) {
    return error instanceof FileSystemException file
        ? file.getMessage() + " cannot be read"
        : reason(error);
  }

  private void subscribe(MqttClient from, MqttConnAckMessage connack) {
    if (from != client || stopped) {
      return;
    }
    heard();
    answered = true;
    protocol.accepted();
    Integer most = protocol.is5() ? connack.receiveMaximum() : null;
    outbox.setWindow(most == null ? WINDOW : Math.min(WINDOW, most));
    Integer theirs = protocol.is5() ? connack.serverKeepAlive() : null;
    keepAliveSeconds = theirs == null ? options.keepAliveSeconds() : theirs;
    keepAliveTimer =
        vertx.setPeriodic(Math.max(100, keepAliveSeconds * 1000L / 2), timer -> keepAlive(from));
    answerTimer =
        vertx.setTimer(
            TimeUnit.SECONDS.toMillis(ANSWER_TIMEOUT_SECONDS),
            timer -> lost(from, "no SUBACK in " + ANSWER_TIMEOUT_SECONDS + " s"));
    subscribe(from, options.subscriptions());
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
    List<Integer> granted = suback.grantedQoSLevels();
    for (int i = 0; i < granted.size(); i++) {
      // 0x80 and above stand for a refused subscription (MQTT 3.1.1, 3.9.3).
      if (granted.get(i) > 2) {
        ending(from, Refusal.suback(options.subscriptions().get(i).filter(), suback.properties()));
        lost(from, ending.line());
        return;
      }
    }
    connected = true;
    connectedNanos = System.nanoTime();
    candidates = null;
    if (!saidConnected) {
      saidConnected = true;
      LOG.log(
          Level.INFO,
          "connected to {0} as {1} by {2}",
          options.broker().address(),
          options.clientId(),
          protocol);
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

  private void acknowledged(MqttClient from, MqttPubAckMessage puback) {
    if (from == client) {
      heard();
      Optional<String> topic = outbox.acknowledged(puback.messageId());
      if (topic.isPresent() && puback.code().isError()) {
        refused(topic.get(), Refusal.puback(topic.get(), puback.code()));
      }
      flush();
    }
  }

  /** A message is lost, and those to come are not: said once for each topic and reason. */
  private void refused(String topic, Refusal refusal) {
    listener.refused(refusal);
    if (said.size() < MAX_SAID && said.add(topic + " " + refusal.reason())) {
      LOG.log(
          Level.WARNING,
          "{0}: {1} (said once, counted)",
          options.broker().address(),
          refusal.line());
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
              message.latest(),
              properties(message.headers()))
          .onSuccess(packetId -> written(to, packetId))
          .onFailure(error -> notWritten(to, message, error));
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

  private void notWritten(MqttClient to, Outbox.Message message, Throwable error) {
    boolean tooLarge =
        error instanceof MqttException refusal
            && refusal.code() == MqttException.MQTT_PACKET_TOO_LARGE;
    if (to == client && tooLarge) {
      outbox.skipped();
      refused(message.topic(), Refusal.tooLarge(message.topic()));
      flush();
    } else {
      lost(to, reason(error));
    }
  }

  private void heard() {
    lastHeardNanos = System.nanoTime();
  }

  /** Runs every half keep-alive: three in a row without a word from the broker are too many. */
  private void keepAlive(MqttClient from) {
    long silence = System.nanoTime() - lastHeardNanos;
    if (silence > TimeUnit.SECONDS.toNanos(keepAliveSeconds) * 5 / 4) {
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
    if (cause instanceof ClosedChannelException || UNANSWERED.equals(cause.getMessage())) {
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
