// SPDX-License-Identifier: Apache-2.0
// Which devices a command is for: one by its name, or several by their labels.
package org.hy300.cli;

import io.vertx.core.json.JsonObject;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.Option;

/** A picocli mixin; without its options the first word is a device's name. */
final class Selection {
  @Option(
      names = "--label",
      paramLabel = "KEY=VALUE",
      description = "In place of DEVICE: all that have this label; each further one narrows.")
  private Map<String, String> labels = new LinkedHashMap<>();

  @Option(names = "--all", description = "In place of DEVICE: the whole fleet.")
  private boolean all;

  boolean several() {
    return all || !labels.isEmpty();
  }

  /** The fields of a request that say which are meant. */
  JsonObject json() throws FailureException {
    if (all && !labels.isEmpty()) {
      throw new FailureException(Exit.USAGE, "--all and --label exclude each other");
    }
    if (all) {
      return new JsonObject().put("select", "all");
    }
    JsonObject select = new JsonObject();
    labels.forEach(select::put);
    return new JsonObject().put("select", select);
  }
}
