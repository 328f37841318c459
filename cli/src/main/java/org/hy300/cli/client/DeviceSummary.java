// SPDX-License-Identifier: Apache-2.0
// The identity and state of a projector.
package org.hy300.cli.client;

import io.vertx.core.json.JsonObject;
import java.util.Map;
import java.util.Optional;

/**
 * A projector's line in the list.
 *
 * @param json the JSON of the entry
 * @param lastSeen time of its last message
 * @param model empty until it is known, as are the labels
 */
public record DeviceSummary(
    JsonObject json,
    String device,
    boolean online,
    String lastSeen,
    Optional<String> model,
    Map<String, String> labels) {
  static DeviceSummary of(Field device) throws NotAsPromisedException {
    return new DeviceSummary(
        device.object(),
        device.at("device").text(),
        device.at("online").truth(),
        device.at("last_seen").text(),
        device.at("model").optional(Field::text),
        device.at("labels").optional(labels -> labels.map(Field::text)).orElse(Map.of()));
  }

  /** The word for {@link #online}. */
  public String state() {
    return online ? "online" : "offline";
  }
}
