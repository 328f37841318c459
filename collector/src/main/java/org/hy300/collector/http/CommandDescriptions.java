// SPDX-License-Identifier: Apache-2.0
// The part of the OpenAPI document that the catalogue writes: each command and its arguments.
package org.hy300.collector.http;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import org.hy300.contract.CommandCatalogue;
import org.hy300.contract.CommandEntry;
import org.hy300.contract.CommandSchemas;

/** JSON is YAML, too: one schema a line, below {@code components.schemas}, where the file ends. */
final class CommandDescriptions {
  private CommandDescriptions() {}

  static String yaml() {
    JsonArray names = new JsonArray();
    JsonArray alternatives = new JsonArray();
    StringBuilder lines = new StringBuilder();
    for (CommandEntry command : CommandCatalogue.COMMANDS) {
      String schema = "args-" + command.subsystem() + "-" + command.action();
      names.add(command.name());
      alternatives.add(new JsonObject().put("$ref", "#/components/schemas/" + schema));
      lines.append(line(schema, CommandSchemas.args(command)));
    }
    return line("CommandName", new JsonObject().put("type", "string").put("enum", names))
        + line(
            "Timeout",
            new JsonObject()
                .put("type", "integer")
                .put("minimum", 1)
                .put("maximum", CommandCatalogue.MAX_TIMEOUT_SECONDS)
                .put("default", CommandCatalogue.DEFAULT_TIMEOUT_SECONDS))
        + line("Args", new JsonObject().put("type", "object").put("anyOf", alternatives))
        + lines;
  }

  private static String line(String name, JsonObject schema) {
    return "    " + name + ": " + schema.encode() + "\n";
  }
}
