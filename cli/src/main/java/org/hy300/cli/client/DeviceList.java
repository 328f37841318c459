// SPDX-License-Identifier: Apache-2.0
// A page of the fleet's list.
package org.hy300.cli.client;

import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.util.List;
import java.util.Optional;

/**
 * At most a thousand projectors.
 *
 * @param json the JSON of the answer
 * @param next the path of the next page; empty on the last one
 */
public record DeviceList(JsonObject json, List<DeviceSummary> devices, Optional<String> next) {
  public static DeviceList of(Field answer) throws NotAsPromisedException {
    return new DeviceList(
        answer.object(),
        answer.at("devices").list(DeviceSummary::of),
        answer.at("next").optional(DeviceList::path));
  }

  /** The path is appended to the collector's address, and must not change its host. */
  private static String path(Field next) throws NotAsPromisedException {
    String path = next.text();
    try {
      if (path.startsWith("/")) {
        return URI.create(path).toString();
      }
    } catch (IllegalArgumentException e) {
      // Handled below.
    }
    throw next.notAsPromised("a path");
  }
}
