// SPDX-License-Identifier: Apache-2.0
// The connections of a session, one after the other: found, made, subscribed, lost, made again.
package org.hy300.mqtt;

import io.netty.handler.codec.mqtt.MqttProperties;
import io.netty.handler.codec.mqtt.MqttQoS;
import io.vertx.core.AsyncResult;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.mqtt.MqttClient;
import io.vertx.mqtt.MqttConnectionException;
import io.vertx.mqtt.messages.MqttConnAckMessage;
import io.vertx.mqtt.messages.MqttPubAckMessage;
import io.vertx.mqtt.messages.MqttPublishMessage;
import io.vertx.mqtt.messages.MqttSubAckMessage;
import java.net.InetAddress;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLException;

/** Belongs to the session's event loop. Of connections before the present one nothing counts. */
final class Connector {
  private final Vertx vertx;
  private final MqttSession.Options options;
  private final MqttSession.Listener listener;
  private final Protocol protocol = new Protocol(System::nanoTime);
  private final SessionLog log;
  private final ClientFactory clients;
  private final Sender sender;
  private final Inbox inbox;
  private final Liveness liveness;
  private final Backoff backoff = new Backoff();
  private final NameLookup names;

  private MqttClient client;
  private boolean answered;
  private boolean connected;
  private boolean stopped;
  private Refusal ending;

  /** Null while connected, and while the addresses are not known. */
  private Candidates candidates;

  private long answerTimer = -1;
  private long retryTimer = -1;

  /** Topic filters that are subscribed to for no more than what is retained there. */
  private List<String> readAgain = List.of();

  Connector(
      Vertx vertx,
      MqttSession.Options options,
      ClientFactory clients,
      MqttSession.Listener listener,
      NameLookup names) {
    this.vertx = vertx;
    this.names = names;
    this.options = options;
    this.clients = clients;
    this.listener = listener;
    log = new SessionLog(options.broker().address());
    liveness = new Liveness(vertx);
    inbox = new Inbox(listener);
    sender =
        new Sender(
            options.capacity(),
            protocol,
            listener,
            log,
            (to, error) -> lost(to, SessionLog.reason(error)));
  }

  Sender sender() {
    return sender;
  }

  boolean isConnected() {
    return connected;
  }

  long silenceMs() {
    return liveness.silenceMs();
  }

  /** As {@link MqttSession#readRetained}. */
  boolean readRetained(List<String> filters) {
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

  /** As {@link MqttSession#stop}. */
  Future<Void> stop(long milliseconds) {
    stopped = true;
    cancelTimers();
    if (!connected) {
      return close();
    }
    return sender.drain(milliseconds).compose(done -> close());
  }

  private void subscribe(MqttClient to, List<Subscription> subscriptions) {
    to.subscribe(
            subscriptions.stream().map(Subscription::topic).toList(), MqttProperties.NO_PROPERTIES)
        .onFailure(error -> lost(to, SessionLog.reason(error)));
  }

  private Future<Void> close() {
    connected = false;
    sender.disconnecting();
    return client == null || !client.isConnected()
        ? Future.succeededFuture()
        : client.disconnect().timeout(1, TimeUnit.SECONDS).otherwiseEmpty();
  }

  /** Begins an attempt, and others until one of them succeeds. */
  void connect() {
    client = null;
    candidates = null;
    try {
      names.find(options.broker().address().host()).onComplete(this::found);
    } catch (Throwable e) {
      lost(client, SessionLog.reason(e));
    }
  }

  private void found(AsyncResult<List<InetAddress>> addresses) {
    if (stopped) {
      return;
    }
    if (addresses.failed()) {
      lost(client, SessionLog.reason(addresses.cause()));
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
      client = clients.create(protocol);
      connect(client, candidates.address());
    } catch (Throwable e) {
      // The next address would fail as this one.
      candidates = null;
      lost(client, SessionLog.unusable(e));
    }
  }

  private void connect(MqttClient fresh, String ip) {
    BrokerAddress address = options.broker().address();
    fresh.disconnectMessageHandler(
        message -> ending(fresh, Refusal.disconnect(message.code(), options.clientId())));
    fresh.closeHandler(closed -> closed(fresh));
    fresh.exceptionHandler(error -> broken(fresh, error));
    fresh.pingResponseHandler(pong -> liveness.heard());
    fresh.publishHandler(message -> received(fresh, message));
    fresh.publishAckMessageHandler(puback -> acknowledged(fresh, puback));
    fresh.publishCompletionExpirationHandler(
        id -> lost(fresh, "no PUBACK in " + ClientFactory.PUBACK_TIMEOUT_SECONDS + " s"));
    fresh.subscribeCompletionHandler(suback -> subscribed(fresh, suback));
    fresh
        .connect(address.port(), ip, address.tls() ? address.indicatedName() : null)
        .timeout(ClientFactory.ANSWER_TIMEOUT_SECONDS, TimeUnit.SECONDS)
        .onSuccess(connack -> subscribe(fresh, connack))
        .onFailure(error -> refused(fresh, error));
  }

  private void refused(MqttClient from, Throwable error) {
    if (from == client && error instanceof MqttConnectionException refusal) {
      if (Refusal.isOfVersion(refusal.code())) {
        log.fallBack(protocol.refused());
      }
      ending(from, Refusal.connack(refusal.code()));
      lost(from, ending.line());
    } else {
      if (from == client && SessionLog.UNANSWERED.equals(error.getMessage())) {
        log.fallBack(protocol.closedUnanswered());
      }
      lost(
          from,
          error instanceof TimeoutException
              ? "no CONNACK in " + ClientFactory.ANSWER_TIMEOUT_SECONDS + " s"
              : SessionLog.reason(error));
    }
  }

  /** The connection was there; an answer that cannot be read is none. */
  private void broken(MqttClient from, Throwable error) {
    if (from == client && !answered && !(error instanceof SSLException)) {
      log.fallBack(protocol.closedUnanswered());
    }
    lost(from, SessionLog.reason(error));
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
    int shortConnections = backoff.closed(connected);
    if (ending != null) {
      lost(from, ending.line());
    } else {
      // MQTT 3.1.1, and mosquitto 2.0 in MQTT 5, do not say that a name was taken.
      lost(
          from,
          shortConnections < 2
              ? SessionLog.CLOSED
              : SessionLog.CLOSED
                  + " again; has another client the name "
                  + options.clientId()
                  + "?");
    }
  }

  private void subscribe(MqttClient from, MqttConnAckMessage connack) {
    if (from != client || stopped) {
      return;
    }
    liveness.heard();
    answered = true;
    protocol.accepted();
    sender.accepted(protocol.is5() ? connack.receiveMaximum() : null);
    Integer theirs = protocol.is5() ? connack.serverKeepAlive() : null;
    int keepAliveSeconds = theirs == null ? options.keepAliveSeconds() : theirs;
    liveness.watch(from, keepAliveSeconds, why -> lost(from, why));
    answerTimer =
        vertx.setTimer(
            TimeUnit.SECONDS.toMillis(ClientFactory.ANSWER_TIMEOUT_SECONDS),
            timer -> lost(from, "no SUBACK in " + ClientFactory.ANSWER_TIMEOUT_SECONDS + " s"));
    subscribe(from, options.subscriptions());
  }

  private void subscribed(MqttClient from, MqttSubAckMessage suback) {
    if (from != client) {
      return;
    }
    liveness.heard();
    if (connected) {
      // The subscription has done its work, even where the broker refused it.
      from.unsubscribe(readAgain).onFailure(error -> lost(from, SessionLog.reason(error)));
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
    backoff.connected();
    candidates = null;
    log.connected(options.clientId(), protocol);
    sender.connected(from);
    listener.connected();
    sender.flush();
  }

  private void received(MqttClient from, MqttPublishMessage message) {
    if (from != client) {
      return;
    }
    liveness.heard();
    inbox.received(message);
  }

  private void acknowledged(MqttClient from, MqttPubAckMessage puback) {
    if (from == client) {
      liveness.heard();
      sender.acknowledged(puback);
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
    sender.disconnected();
    if (!stopped && candidates != null && candidates.leave(why)) {
      connectToNext();
      return;
    }
    boolean wasConnected = connected;
    connected = false;
    readAgain = List.of();
    sender.giveUp();
    if (wasConnected && backoff.lost()) {
      log.held();
    }
    if (!stopped) {
      log.lost(candidates == null ? why : candidates.why());
      retryTimer = vertx.setTimer(backoff.next(), timer -> connect());
    }
    if (wasConnected) {
      listener.disconnected();
    }
  }

  private void cancelTimers() {
    liveness.stop();
    vertx.cancelTimer(answerTimer);
    vertx.cancelTimer(retryTimer);
  }
}
