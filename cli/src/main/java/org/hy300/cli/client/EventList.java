// SPDX-License-Identifier: Apache-2.0
// The last events of a projector.
package org.hy300.cli.client;

import io.vertx.core.json.JsonObject;
import java.util.List;

/**
 * At most twenty, oldest first.
 *
 * @param json the JSON of the answer
 */
public record EventList(JsonObject json, List<DeviceEvent> events) {
  public static EventList of(Field answer) throws NotAsPromisedException {
    return new EventList(answer.object(), answer.at("events").list(DeviceEvent::of));
  }
}
