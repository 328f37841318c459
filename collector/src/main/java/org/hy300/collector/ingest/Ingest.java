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
import org.hy300.collector.knowledge.RecentEvents;
import org.hy300.collector.knowledge.Snapshots;
import org.hy300.collector.metrics.CollectorMetrics;
import org.hy300.contract.EventMessage;
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
  private static final String INFO = "/info";
  private static final String STATUS = "/status";

  private final Topics topics;
  private final String root;
  private final Fleet fleet;
  private final RecentEvents events;
  private final Snapshots snapshots;
  private final CollectorMetrics own;
  private final int maxBytes;
  private final byte[] message;
  private final RepeatParser repeat = new RepeatParser();

  public Ingest(
      Topics topics, Fleet fleet, RecentEvents events, Snapshots snapshots, CollectorMetrics own) {
    this.events = events;
    this.snapshots = snapshots;
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
    int end = topic.startsWith(root) ? topic.indexOf('/', root.length()) : -1;
    Device device = end < 0 ? null : fleet.device(topic.substring(root.length(), end));
    if (device != null && isThrottled(device, topic, end)) {
      return;
    }
    long now = System.currentTimeMillis();
    if (device != null && isRepeat(device, topic, end, payload, now, retained)) {
      return;
    }
    Optional<Topics.Parsed> parsed = topics.parse(topic);
    if (parsed.isEmpty()) {
      own.dropped("illegal_topic", "topic", topic);
      return;
    }
    own.received(parsed.get().kind());
    if (payload.length() > maxBytes && parsed.get().kind() != Topics.Kind.SNAPSHOT) {
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

  /** Before anything is read. A status is the broker's word, too, and there is a limit of flaps. */
  private boolean isThrottled(Device device, String topic, int end) {
    if (topic.startsWith(STATE, end) || topic.startsWith(INFO, end)) {
      return fleet.isThrottled(device);
    }
    return !topic.startsWith(STATUS, end) && fleet.isEventThrottled(device);
  }

  /** Counts what the broker has refused to the session that brings the messages. */
  public void refused(String packet, String reason) {
    own.refused(packet, reason);
  }

  /** Nearly every message: of a known device and subsystem, as the last one but for its numbers. */
  private boolean isRepeat(
      Device device, String topic, int end, Buffer payload, long now, boolean retained) {
    int length = payload.length();
    if (length > maxBytes || !topic.startsWith(STATE, end)) {
      return false;
    }
    Row row = device.row(topic, end + STATE.length());
    if (row == null) {
      return false;
    }
    payload.getBytes(message);
    if (!repeat.read(message, length, row.layout().template(), row.session())) {
      return false;
    }
    own.received(Topics.Kind.STATE);
    long time = retained || fleet.isWatched() ? repeat.time() : 0;
    fleet.repeat(row, repeat.seq(), repeat.values(), time, retained ? time : now, retained);
    return true;
  }

  private void take(Topics.Parsed topic, Buffer payload, long now, boolean retained)
      throws MalformedMessageException {
    String device = topic.device();
    if (payload.length() == 0 && topic.kind() != Topics.Kind.SNAPSHOT) {
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
      case EVENT -> events.add(device, topic.subsystem(), EventMessage.parse(payload));
      case SNAPSHOT -> snapshots.add(device, payload);
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
