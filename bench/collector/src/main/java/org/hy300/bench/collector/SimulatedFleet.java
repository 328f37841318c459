// SPDX-License-Identifier: Apache-2.0
// Devices that send an agent's messages, as topics and payloads.
package org.hy300.bench.collector;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.UUID;
import java.util.random.RandomGenerator;
import org.hy300.collector.fleet.Fleet;
import org.hy300.collector.fleet.FleetLimits;
import org.hy300.collector.fleet.RowWatcher;
import org.hy300.collector.ingest.Ingest;
import org.hy300.collector.knowledge.RecentEvents;
import org.hy300.collector.knowledge.Snapshots;
import org.hy300.collector.metrics.CollectorMetrics;
import org.hy300.contract.Topics;

/** A fleet that is filled on the same path as messages from the broker. */
final class SimulatedFleet {
  private static final String TIME = "2026-11-21T04:00:00.123Z";

  /** Large, so that all message numbers have the same length. */
  static final long FIRST_SEQ = 1_000_000_000L;

  private static final RandomGenerator RANDOM = RandomGenerator.of("L64X128MixRandom");

  /** Of the messages that are made from now on. */
  String time = TIME;

  final Fleet fleet;
  final Ingest ingest;
  private final int subsystems;
  private final int values;

  /**
   * Creates an empty fleet.
   *
   * @param values of each subsystem
   */
  SimulatedFleet(int devices, int subsystems, int values) {
    this(devices, subsystems, values, RowWatcher.NONE);
  }

  /** One that is watched. */
  SimulatedFleet(int devices, int subsystems, int values, RowWatcher watcher) {
    this.subsystems = subsystems;
    this.values = values;
    MeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    CollectorMetrics own = new CollectorMetrics(registry);
    int series = subsystems * values;
    fleet =
        new Fleet(
            new FleetLimits(
                devices, devices * series, series, series, 16, 256, 64 * 1024, 10, 1_000_000, true),
            own,
            System::nanoTime,
            watcher);
    ingest =
        new Ingest(Topics.standard(), fleet, new RecentEvents(missed -> {}), new Snapshots(), own);
  }

  static String device(int index) {
    return String.format(Locale.ROOT, "projector-%06d", index);
  }

  static String topic(int index, int subsystem) {
    return "hy300/v1/" + device(index) + "/state/sub" + subsystem;
  }

  static String family(int subsystem, int value) {
    String letters = "" + (char) ('a' + value / 26) + (char) ('a' + value % 26);
    return "hy300_sub" + subsystem + "_attribute_" + letters + "_celsius";
  }

  /** Status, info and the state of all subsystems, for each device. */
  void fill(int devices) {
    for (int index = 0; index < devices; index++) {
      String session = session(index);
      String root = "hy300/v1/" + device(index);
      JsonObject status =
          new JsonObject().put("state", "online").put("session", session).put("time", TIME);
      ingest.message(root + "/status", status.toBuffer(), false);
      ingest.message(root + "/info", info(index, session).toBuffer(), false);
      for (int subsystem = 0; subsystem < subsystems; subsystem++) {
        ingest.message(
            topic(index, subsystem),
            Buffer.buffer(state(index, subsystem, FIRST_SEQ + subsystem)),
            false);
      }
    }
  }

  /** An agent has a new one at every start; here it is fixed for each device. */
  private static String session(int index) {
    return new UUID(300, index).toString();
  }

  private JsonObject info(int index, String session) {
    JsonObject families = new JsonObject();
    JsonArray names = new JsonArray();
    for (int subsystem = 0; subsystem < subsystems; subsystem++) {
      names.add("sub" + subsystem);
      for (int value = 0; value < values; value++) {
        families.put(
            family(subsystem, value),
            new JsonObject().put("type", "gauge").put("help", "An attribute in degrees."));
      }
    }
    return new JsonObject()
        .put("session", session)
        .put("time", TIME)
        .put("model", "HY300 projector")
        .put("kernel", "6.1.0-40-arm64")
        .put("agent_version", "0.1.0")
        .put("boot_id", new UUID(301, index).toString())
        .put("labels", new JsonObject().put("site", "site-" + index % 200).put("room", "r" + index))
        .put("subsystems", names)
        .put("families", families);
  }

  /** Every other value is an integer, the others have three decimals; sessions are UUIDs. */
  byte[] state(int index, int subsystem, long seq) {
    StringBuilder json = new StringBuilder(64 + values * 48);
    json.append("{\"session\":\"").append(session(index)).append("\",\"seq\":").append(seq);
    json.append(",\"time\":\"").append(time).append("\",\"values\":{");
    for (int value = 0; value < values; value++) {
      json.append(value == 0 ? "\"" : ",\"").append(family(subsystem, value)).append("\":");
      int number = RANDOM.nextInt(100_000);
      if (value % 2 == 0) {
        json.append(number);
      } else {
        json.append(number / 1000.0);
      }
    }
    return json.append("}}").toString().getBytes(StandardCharsets.UTF_8);
  }
}
