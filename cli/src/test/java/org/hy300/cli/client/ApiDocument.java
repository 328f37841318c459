// SPDX-License-Identifier: Apache-2.0
// The collector's OpenAPI document, and answers that deviate from it in one field.
package org.hy300.cli.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** The document in the collector's jar. */
final class ApiDocument {
  private final JsonObject document;

  /** A change of a field. */
  enum Change {
    MISSING,
    NULL,
    OF_ANOTHER_TYPE
  }

  /**
   * An answer with one changed field.
   *
   * @param type of the field in JSON Schema
   * @param allowed whether the document allows this form
   */
  record Variation(String field, String type, Change change, boolean allowed, JsonObject answer) {}

  @SuppressWarnings("unchecked")
  ApiDocument() throws IOException {
    ClassLoader loader = ApiDocument.class.getClassLoader();
    try (InputStream in = loader.getResourceAsStream("org/hy300/collector/http/openapi.yaml")) {
      document =
          new JsonObject(
              (Map<String, Object>)
                  new Load(LoadSettings.builder().build()).loadFromInputStream(in));
    }
  }

  /** The schema with this name. */
  JsonObject schema(String name) {
    return document.getJsonObject("components").getJsonObject("schemas").getJsonObject(name);
  }

  /** The schema of the successful answer to GET. */
  JsonObject answer(String path) {
    return resolve(
            document
                .getJsonObject("paths")
                .getJsonObject(path)
                .getJsonObject("get")
                .getJsonObject("responses")
                .getJsonObject("200"))
        .getJsonObject("content")
        .getJsonObject("application/json")
        .getJsonObject("schema");
  }

  private JsonObject resolve(JsonObject maybe) {
    JsonObject at = maybe;
    if (maybe.containsKey("$ref")) {
      at = document;
      for (String step : maybe.getString("$ref").substring(2).split("/", -1)) {
        at = at.getJsonObject(step);
      }
    }
    return at;
  }

  /**
   * The example with each of its fields changed in turn.
   *
   * @param example has every documented field
   */
  List<Variation> variations(JsonObject example, JsonObject schema) {
    List<Variation> all = new ArrayList<>();
    object("", example, resolve(schema), new Changing(example, all));
    return all;
  }

  /** Records the whole example while a part of it is changed. */
  private record Changing(JsonObject whole, List<Variation> into) {
    void note(String field, JsonObject schema, Change change, boolean allowed) {
      into.add(new Variation(field, type(schema), change, allowed, whole.copy()));
    }
  }

  private void object(String name, JsonObject object, JsonObject schema, Changing changing) {
    JsonObject properties = schema.getJsonObject("properties", new JsonObject());
    assertThat(object.fieldNames()).as(name).containsAll(properties.fieldNames());
    for (String each : List.copyOf(object.fieldNames())) {
      JsonObject described = properties.getJsonObject(each);
      if (described == null) {
        described = schema.getJsonObject("additionalProperties");
      }
      described = resolve(described);
      String field = name.isEmpty() ? each : name + "." + each;
      Object value = object.getValue(each);
      boolean required = schema.getJsonArray("required", new JsonArray()).contains(each);
      object.remove(each);
      changing.note(field, described, Change.MISSING, !required);
      object.putNull(each);
      changing.note(field, described, Change.NULL, isNullable(described));
      object.put(each, other(described));
      changing.note(field, described, Change.OF_ANOTHER_TYPE, false);
      object.put(each, value);
      inside(field, value, described, changing);
    }
  }

  private void inside(String name, Object value, JsonObject schema, Changing changing) {
    if (value instanceof JsonObject object && !schema.fieldNames().equals(Set.of("type"))) {
      object(name, object, schema, changing);
    } else if (value instanceof JsonArray list && !list.isEmpty()) {
      JsonObject items = resolve(schema.getJsonObject("items"));
      String field = name + "[0]";
      Object first = list.getValue(0);
      list.set(0, null);
      changing.note(field, items, Change.NULL, false);
      list.set(0, other(items));
      changing.note(field, items, Change.OF_ANOTHER_TYPE, false);
      list.set(0, first);
      inside(field, first, items, changing);
    }
  }

  private static Object other(JsonObject schema) {
    return type(schema).equals("string") ? 5 : "x";
  }

  private static boolean isNullable(JsonObject schema) {
    return schema.getValue("type") instanceof JsonArray types && types.contains("null");
  }

  private static String type(JsonObject schema) {
    Object type = schema.getValue("type");
    return type instanceof JsonArray types ? types.getString(0) : (String) type;
  }
}
