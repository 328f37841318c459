// SPDX-License-Identifier: Apache-2.0
// Where the fleet's messages come in, from MQTT or from any engine that hands on its topics.
package org.hy300.collector.ingest;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import java.util.Optional;
import org.hy300.collector.fleet.Device;
import org.hy300.collector.fleet.Fleet;
import org.hy300.collector.fleet.Row;
import org.hy300.collector.fleet.Session;
import org.hy300.collector.metrics.CollectorMetrics;
import org.hy300.contract.InfoMessage;
import org.hy300.contract.MalformedMessageException;
import org.hy300.contract.StatusMessage;
import org.hy300.contract.Topics;

/**
 * One message after the other into the fleet. Each thread that brings messages has one of its own;
 * the messages of one device must come to one thread, in their order.
 */
public final class Ingest {
  private static final String STATE = "/state/";

  private final Topics topics;
  private final String root;
  private final Fleet fleet;
  private final CollectorMetrics own;
  private final int maxBytes;
  private final byte[] message;
  private final RepeatParser repeat = new RepeatParser();

  public Ingest(Topics topics, Fleet fleet, CollectorMetrics own) {
    this.topics = topics;
    root = topics.root() + "/";
    this.fleet = fleet;
    this.own = own;
    maxBytes = fleet.limits().payloadBytes();
    message = new byte[maxBytes + 1];
  }

  /**
   * Takes a message; what is wrong with it is counted and said.
   *
   * @param retained whether the broker had kept it
   */
  public void message(String topic, Buffer payload, boolean retained) {
    long now = System.currentTimeMillis();
    if (isRepeat(topic, payload, now, retained)) {
      return;
    }
    Optional<Topics.Parsed> parsed = topics.parse(topic);
    if (parsed.isEmpty()) {
      own.dropped("illegal_topic", "topic", topic);
      return;
    }
    own.received(parsed.get().kind());
    if (payload.length() > maxBytes) {
      own.dropped("oversized", parsed.get().device(), topic + ": " + payload.length() + " bytes");
      return;
    }
    try {
      take(parsed.get(), payload, now, retained);
    } catch (MalformedMessageException e) {
      own.dropped("malformed", parsed.get().device(), topic + ": " + e.getMessage());
    }
  }

  /** Counts a message that {@link #message} has failed over. */
  public void failed(String topic) {
    own.failed(topics, topic);
  }

  /** Counts what the broker has refused to the session that brings the messages. */
  public void refused(String packet, String reason) {
    own.refused(packet, reason);
  }

  /** Nearly every message: of a known device and subsystem, as the last one but for its numbers. */
  private boolean isRepeat(String topic, Buffer payload, long now, boolean retained) {
    int length = payload.length();
    if (length > maxBytes || !topic.startsWith(root)) {
      return false;
    }
    int end = topic.indexOf('/', root.length());
    if (end < 0 || !topic.startsWith(STATE, end)) {
      return false;
    }
    Device device = fleet.device(topic.substring(root.length(), end));
    Row row = device == null ? null : device.row(topic, end + STATE.length());
    if (row == null) {
      return false;
    }
    payload.getBytes(message);
    if (!repeat.read(message, length, row.layout().template(), row.session())) {
      return false;
    }
    own.received(Topics.Kind.STATE);
    fleet.repeat(row, repeat.seq(), repeat.values(), retained ? repeat.time() : now, retained);
    return true;
  }

  private void take(Topics.Parsed topic, Buffer payload, long now, boolean retained)
      throws MalformedMessageException {
    String device = topic.device();
    if (payload.length() == 0) {
      clear(topic);
      return;
    }
    switch (topic.kind()) {
      case STATUS -> {
        StatusMessage status = StatusMessage.parse(payload);
        checkSender(device, status.session(), payload);
        // A Will is the broker speaking, and its time is that of the connection.
        boolean then = retained || !status.online();
        fleet.status(device, status, then ? status.time().toEpochMilli() : now, now);
      }
      case INFO -> {
        InfoMessage info = InfoMessage.parse(payload);
        checkSender(device, info.session(), payload);
        fleet.info(device, info, retained ? info.time().toEpochMilli() : now);
      }
      case STATE -> {
        payload.getBytes(message);
        var state = StateParser.parse(device, message, payload.length());
        fleet.state(device, topic.subsystem(), state, retained ? state.time() : now, retained);
      }
      default -> own.dropped("illegal_topic", device, topic.kind() + " is not subscribed to");
    }
  }

  /** An empty retained message clears its topic: how what is no more is removed. */
  private void clear(Topics.Parsed topic) {
    if (topic.kind() == Topics.Kind.STATUS) {
      fleet.forget(topic.device());
    } else if (topic.kind() == Topics.Kind.STATE) {
      fleet.forgetState(topic.device(), topic.subsystem());
    }
  }

  private static void checkSender(String device, String session, Buffer payload)
      throws MalformedMessageException {
    if (!Session.isLegal(session)) {
      throw new MalformedMessageException("field 'session' is empty, too long or not plain");
    }
    Object named;
    try {
      named = new JsonObject(payload).getValue("device", device);
    } catch (DecodeException e) {
      throw new MalformedMessageException("payload is not a JSON object");
    }
    if (!device.equals(named)) {
      throw new MalformedMessageException("field 'device' is not the device of the topic");
    }
  }
}
