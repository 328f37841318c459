// SPDX-License-Identifier: Apache-2.0
// What the collector's streams tell, one event after the other.
package org.hy300.cli.client;

import java.util.List;
import java.util.Optional;

/** One event of a stream. */
public sealed interface LiveMessage {
  /** Whether the collector hears the fleet. */
  record Connection(boolean brokerConnected) implements LiveMessage {}

  /** Rows of the fleet that are new or have changed. */
  record Rows(List<Row> rows) implements LiveMessage {}

  /** The one device that is followed, as it is now. */
  record Device(Row row) implements LiveMessage {}

  /** Something has happened at the device that is followed. */
  record Happened(DeviceEvent event) implements LiveMessage {}

  /** These are forgotten. */
  record Removed(List<String> devices) implements LiveMessage {}

  /** Word of a new frame, what only a page needs, and what a newer collector tells. */
  record Other() implements LiveMessage {}

  /**
   * A projector, in a line of the fleet or with all its values.
   *
   * @param last its last event, in a line of the fleet
   */
  record Row(DeviceSummary summary, Optional<LastEvent> last) {
    static Row of(Field row) throws NotAsPromisedException {
      return new Row(DeviceSummary.of(row), row.at("event").optional(LastEvent::of));
    }
  }

  /** An event in a line of the fleet. */
  record LastEvent(String subsystem, String event) {
    static LastEvent of(Field last) throws NotAsPromisedException {
      return new LastEvent(last.at("subsystem").text(), last.at("event").text());
    }
  }

  /** Reads the data of an event by its name. */
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
