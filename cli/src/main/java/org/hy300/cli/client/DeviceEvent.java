// SPDX-License-Identifier: Apache-2.0
// An event of a projector.
package org.hy300.cli.client;

import io.vertx.core.json.JsonObject;

/**
 * One event.
 *
 * @param json the JSON of the event
 * @param id the same each time the event is sent
 * @param data as the subsystem defines it
 */
public record DeviceEvent(
    JsonObject json, String id, String time, String subsystem, String event, JsonObject data) {
  static DeviceEvent of(Field event) throws NotAsPromisedException {
    return new DeviceEvent(
        event.object(),
        event.at("id").text(),
        event.at("time").text(),
        event.at("subsystem").text(),
        event.at("event").text(),
        event.at("data").object());
  }
}
