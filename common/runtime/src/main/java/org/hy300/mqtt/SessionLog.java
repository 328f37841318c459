// SPDX-License-Identifier: Apache-2.0
// What a session says in the log, and how often: an outage is a few lines, however long it is.
package org.hy300.mqtt;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.ConnectException;
import java.nio.channels.ClosedChannelException;
import java.nio.file.FileSystemException;
import java.util.HashSet;
import java.util.Set;
import javax.net.ssl.SSLException;
import org.hy300.log.FailureLog;

/** Belongs to the session's event loop. */
final class SessionLog {
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

  static final String CLOSED = "the broker closed the connection";

  /** What vertx-mqtt's client says when that comes before a CONNACK. */
  static final String UNANSWERED = "Closed";

  /** What is said once of each topic is not said of endlessly many. */
  private static final int MAX_SAID = 1_000;

  private final BrokerAddress broker;
  private final FailureLog failures = new FailureLog(System::nanoTime);
  private final Set<String> said = new HashSet<>();
  private boolean saidConnected;

  SessionLog(BrokerAddress broker) {
    this.broker = broker;
  }

  /** Says it once after each outage that was said. */
  void connected(String clientId, Protocol protocol) {
    if (!saidConnected) {
      saidConnected = true;
      LOG.log(Level.INFO, "connected to {0} as {1} by {2}", broker, clientId, protocol);
    }
  }

  /** A connection was lost or did not come about, and there will be another attempt. */
  void lost(String why) {
    failures
        .failed(why)
        .ifPresent(
            line -> {
              saidConnected = false;
              LOG.log(Level.WARNING, "{0}: {1}; trying again", broker, line);
            });
  }

  /** The connection has held long enough: what fails from now on is new. */
  void held() {
    failures.forget();
  }

  /**
   * The session speaks another version from now on.
   *
   * @param first whether that is to be said
   */
  void fallBack(boolean first) {
    if (first) {
      LOG.log(
          Level.INFO,
          "{0} does not speak MQTT 5: going on with MQTT 3.1.1, and trying again after an hour",
          broker);
    }
  }

  /** A message is lost, and those to come are not: said once for each topic and reason. */
  void refused(String topic, Refusal refusal) {
    if (said.size() < MAX_SAID && said.add(topic + " " + refusal.reason())) {
      LOG.log(Level.WARNING, "{0}: {1} (said once, counted)", broker, refusal.line());
    }
  }

  /** Why no connection could even be tried, which is mostly a file that it needs. */
  static String unusable(Throwable error) {
    return error instanceof FileSystemException file
        ? file.getMessage() + " cannot be read"
        : reason(error);
  }

  /** The innermost word of a failure; of a TLS handshake it is the only one that helps. */
  static String reason(Throwable error) {
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
