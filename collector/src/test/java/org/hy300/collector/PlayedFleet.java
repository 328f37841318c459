// SPDX-License-Identifier: Apache-2.0
// A fleet whose messages come from the test, on the same path as from the broker.
package org.hy300.collector;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import org.hy300.collector.exposition.FleetPage;
import org.hy300.collector.exposition.Format;
import org.hy300.collector.exposition.PageText;
import org.hy300.collector.exposition.Shard;
import org.hy300.collector.fleet.Fleet;
import org.hy300.collector.fleet.FleetLimits;
import org.hy300.collector.fleet.RowWatcher;
import org.hy300.collector.ingest.Ingest;
import org.hy300.collector.knowledge.RecentEvents;
import org.hy300.collector.knowledge.Snapshots;
import org.hy300.collector.metrics.CollectorMetrics;
import org.hy300.contract.Limits;
import org.hy300.contract.StatusMessage;
import org.hy300.contract.Topics;

/** Everything from topic and payload to the page, without a broker. */
public final class PlayedFleet {
  public static final Instant TIME = Instant.parse("2026-11-21T04:00:00.123Z");

  public final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  public final CollectorMetrics own = new CollectorMetrics(registry);
  public final Fleet fleet;
  public final RecentEvents events = new RecentEvents(missed -> {});

  /** The clock of the rate limit. */
  public final AtomicLong nanoTime = new AtomicLong();

  private final Ingest ingest;

  public PlayedFleet() {
    // Most tests use short family names.
    this(shortNames());
  }

  private static FleetLimits shortNames() {
    return new FleetLimits(
        FleetLimits.DEVICES,
        FleetLimits.SERIES,
        FleetLimits.DEVICE_SERIES,
        FleetLimits.DEVICE_FAMILIES,
        FleetLimits.LABELS,
        FleetLimits.LABEL_LENGTH,
        Limits.MAX_PAYLOAD_BYTES,
        FleetLimits.FLAPS,
        FleetLimits.DEVICE_RATE,
        true);
  }

  public PlayedFleet(FleetLimits limits) {
    this(limits, RowWatcher.NONE);
  }

  /** One that a watcher sees. */
  public PlayedFleet(RowWatcher watcher) {
    this(shortNames(), watcher);
  }

  private PlayedFleet(FleetLimits limits, RowWatcher watcher) {
    fleet = new Fleet(limits, own, nanoTime::get, watcher);
    ingest = new Ingest(Topics.standard(), fleet, events, new Snapshots(), own);
  }

  public void message(String topic, String payload, boolean retained) {
    ingest.message(
        "hy300/v1/" + topic, Buffer.buffer(payload.getBytes(StandardCharsets.UTF_8)), retained);
  }

  public void online(String device, String session) {
    status(device, true, session);
  }

  /** The message of the broker when the session dies. */
  public void will(String device, String session) {
    status(device, false, session);
  }

  private void status(String device, boolean online, String session) {
    status(device, online, session, 0);
  }

  /** A status from an agent that counts its connections. */
  public void status(String device, boolean online, String session, long connection) {
    StatusMessage status = new StatusMessage(online, session, TIME, connection);
    message(device + "/status", status.toBuffer() + "", false);
  }

  /** A state message of an agent; the values are the inside of a JSON object. */
  public void state(String device, String subsystem, String session, long seq, String values) {
    message(device + "/state/" + subsystem, stateMessage(session, seq, values), false);
  }

  public static String stateMessage(String session, long seq, String values) {
    return String.format(
        Locale.ROOT,
        "{\"session\":\"%s\",\"seq\":%d,\"time\":\"%s\",\"values\":{%s}}",
        session,
        seq,
        TIME,
        values);
  }

  /** The values of a device by series. */
  public Map<String, Double> values(String device) {
    Map<String, Double> values = new TreeMap<>();
    fleet
        .find(device)
        .ifPresent(
            known ->
                known.visit(
                    (family, labels, value) ->
                        values.put(
                            labels.isEmpty() ? family : family + "{" + labels + "}", value)));
    return values;
  }

  public String page(Format format) {
    return PageText.of(new FleetPage(fleet, format, Shard.ALL, true, true));
  }

  /** How many things were dropped for a reason. */
  public double dropped(String reason) {
    return counted("hy300.collector.drops", "reason", reason);
  }

  public double counted(String counter, String... tags) {
    Counter found = registry.find(counter).tags(tags).counter();
    return found == null ? 0 : found.count();
  }
}
