// SPDX-License-Identifier: Apache-2.0
// The events in the collector's streams.
package org.hy300.cli.client;

import java.util.List;
import java.util.Optional;

/** One event of a stream. */
public sealed interface LiveMessage {
  /** Whether the collector is connected to its broker. */
  record Connection(boolean brokerConnected) implements LiveMessage {}

  /** New or changed rows of the fleet. */
  record Rows(List<Row> rows) implements LiveMessage {}

  /** The current state of the watched device. */
  record Device(Row row) implements LiveMessage {}

  /** An event of the watched device. */
  record Happened(DeviceEvent event) implements LiveMessage {}

  /** Devices that the collector has dropped. */
  record Removed(List<String> devices) implements LiveMessage {}

  /** A notice of a new frame, data for the page only, or an event of a newer collector. */
  record Other() implements LiveMessage {}

  /**
   * A projector: a row of the fleet, or one device with all its values.
   *
   * @param last its last event, in a row of the fleet
   */
  record Row(DeviceSummary summary, Optional<LastEvent> last) {
    static Row of(Field row) throws NotAsPromisedException {
      return new Row(DeviceSummary.of(row), row.at("event").optional(LastEvent::of));
    }
  }

  /** An event in a row of the fleet. */
  record LastEvent(String subsystem, String event) {
    static LastEvent of(Field last) throws NotAsPromisedException {
      return new LastEvent(last.at("subsystem").text(), last.at("event").text());
    }
  }

  /** Parses the data of an event by its name. */
  static LiveMessage of(String name, Field data) throws NotAsPromisedException {
    return switch (name) {
      case "collector" -> new Connection(data.at("broker_connected").truth());
      case "rows" -> new Rows(data.at("rows").list(Row::of));
      case "device" -> new Device(Row.of(data));
      case "event" -> new Happened(DeviceEvent.of(data));
      case "removed" -> new Removed(data.at("devices").list(Field::text));
      default -> new Other();
    };
  }
}
