// SPDX-License-Identifier: Apache-2.0
// The catalogue as JSON: for the collector's API, and as JSON Schemas of arguments and results.
package org.hy300.contract;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import org.hy300.contract.Argument.IntegerArgument;
import org.hy300.contract.Argument.IntegersArgument;
import org.hy300.contract.Argument.TextArgument;
import org.hy300.contract.CommandEntry.Field;

/** Properties have the order of the arguments; {@code x-} marks what JSON Schema does not cover. */
public final class CommandSchemas {
  private static final String TYPE = "type";
  private static final String DESCRIPTION = "description";
  private static final String REQUIRED = "required";

  private CommandSchemas() {}

  /** All commands. */
  public static JsonObject catalogue() {
    JsonArray commands = new JsonArray();
    CommandCatalogue.COMMANDS.forEach(command -> commands.add(entry(command)));
    return new JsonObject()
        .put("default_timeout_seconds", CommandCatalogue.DEFAULT_TIMEOUT_SECONDS)
        .put("max_timeout_seconds", CommandCatalogue.MAX_TIMEOUT_SECONDS)
        .put("commands", commands);
  }

  private static JsonObject entry(CommandEntry command) {
    return new JsonObject()
        .put("command", command.name())
        .put("title", command.title())
        .put("summary", command.summary())
        .put("role", command.role().word())
        .put("always", command.isAlwaysTaken())
        .put("args", args(command))
        .put("result", result(command))
        .put("ends_when", command.end().when())
        .put("patience_seconds", command.end().patience().toSeconds());
  }

  /** The schema of a command's arguments. */
  public static JsonObject args(CommandEntry command) {
    JsonObject schema =
        new JsonObject()
            .put(DESCRIPTION, command.summary())
            .put("x-role", command.role().word())
            .put("x-always", command.isAlwaysTaken())
            .put(TYPE, "object");
    List<String> names = command.arguments().stream().map(Argument::name).toList();
    if (names.isEmpty()) {
      return schema;
    }
    if (command.oneOf()) {
      JsonArray alternatives = new JsonArray();
      names.forEach(
          name -> alternatives.add(new JsonObject().put(REQUIRED, new JsonArray().add(name))));
      schema.put("oneOf", alternatives);
    } else {
      schema.put(REQUIRED, new JsonArray(names));
    }
    JsonObject properties = new JsonObject();
    command.arguments().forEach(argument -> properties.put(argument.name(), schema(argument)));
    return schema.put("properties", properties);
  }

  private static JsonObject schema(Argument argument) {
    JsonObject schema = new JsonObject().put(DESCRIPTION, argument.meaning());
    if (argument instanceof IntegerArgument integer) {
      return schema.mergeIn(integer(integer.min(), integer.max(), integer.unit()));
    }
    if (argument instanceof IntegersArgument list) {
      return schema
          .put(TYPE, "array")
          .put("minItems", list.count())
          .put("maxItems", list.count())
          .put("x-order", new JsonArray(list.order()))
          .put("items", integer(list.min(), list.max(), list.unit()));
    }
    return schema
        .put(TYPE, "string")
        .put("pattern", "^" + ((TextArgument) argument).pattern() + "$")
        .put("x-range", argument.range());
  }

  private static JsonObject integer(int min, int max, String unit) {
    JsonObject schema =
        new JsonObject().put(TYPE, "integer").put("minimum", min).put("maximum", max);
    return unit.isEmpty() ? schema : schema.put("x-unit", unit);
  }

  /** The schema of a successful command's result. */
  public static JsonObject result(CommandEntry command) {
    JsonObject properties = new JsonObject();
    JsonArray required = new JsonArray();
    for (Field field : command.result()) {
      properties.put(
          field.name(), new JsonObject().put(TYPE, field.type()).put(DESCRIPTION, field.meaning()));
      if (!field.optional()) {
        required.add(field.name());
      }
    }
    JsonObject schema = new JsonObject().put(TYPE, "object");
    return properties.isEmpty()
        ? schema.put("maxProperties", 0)
        : schema.put(REQUIRED, required).put("properties", properties);
  }
}
