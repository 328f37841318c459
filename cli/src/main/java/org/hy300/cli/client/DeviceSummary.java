// SPDX-License-Identifier: Apache-2.0
// What a projector is, and whether it is there.
package org.hy300.cli.client;

import io.vertx.core.json.JsonObject;
import java.util.Map;
import java.util.Optional;

/**
 * One projector in a line.
 *
 * @param json as it was sent
 * @param lastSeen when it was heard last
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
