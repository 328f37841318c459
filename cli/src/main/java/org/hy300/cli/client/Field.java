// SPDX-License-Identifier: Apache-2.0
// One value of an answer and its path, which error messages name.
package org.hy300.cli.client;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Unknown fields are ignored, because a newer collector may send more. */
public final class Field {
  /** The {@link #value} of a missing field; null is JSON's null. */
  private static final Object MISSING = new Object();

  private final String name;
  private final Object value;

  /** Makes a record or a Java value from a field. */
  @FunctionalInterface
  public interface Reading<T> {
    T of(Field field) throws NotAsPromisedException;
  }

  private Field(String name, Object value) {
    this.name = name;
    this.value = value;
  }

  /** The whole answer. */
  static Field of(JsonObject answer) {
    return new Field("", answer);
  }

  /** A field of an object; it is checked for presence when it is read. */
  Field at(String field) throws NotAsPromisedException {
    JsonObject object = object();
    return new Field(
        name.isEmpty() ? field : name + "." + field,
        object.containsKey(field) ? object.getValue(field) : MISSING);
  }

  boolean isThere() {
    return value != MISSING;
  }

  String text() throws NotAsPromisedException {
    return as(String.class, "a text");
  }

  boolean truth() throws NotAsPromisedException {
    return as(Boolean.class, "true or false");
  }

  Number number() throws NotAsPromisedException {
    return as(Number.class, "a number");
  }

  JsonObject object() throws NotAsPromisedException {
    return as(JsonObject.class, "an object");
  }

  <T> List<T> list(Reading<T> each) throws NotAsPromisedException {
    List<T> list = new ArrayList<>();
    for (Object element : as(JsonArray.class, "a list")) {
      list.add(each.of(new Field(name + "[" + list.size() + "]", element)));
    }
    return list;
  }

  /** An object with arbitrary field names, in order. */
  <T> Map<String, T> map(Reading<T> each) throws NotAsPromisedException {
    Map<String, T> map = new LinkedHashMap<>();
    for (String key : object().fieldNames()) {
      map.put(key, each.of(at(key)));
    }
    return map;
  }

  /** A field that may be missing. */
  <T> Optional<T> optional(Reading<T> reading) throws NotAsPromisedException {
    return isThere() ? Optional.of(reading.of(this)) : Optional.empty();
  }

  /** A required field that may be null. */
  <T> Optional<T> nullable(Reading<T> reading) throws NotAsPromisedException {
    return value == null ? Optional.empty() : Optional.of(reading.of(this));
  }

  private <T> T as(Class<T> type, String expected) throws NotAsPromisedException {
    if (!type.isInstance(value)) {
      throw notAsPromised(expected);
    }
    return type.cast(value);
  }

  NotAsPromisedException notAsPromised(String expected) {
    return new NotAsPromisedException(
        (isThere() ? kind() + " in '" + name + "'" : "'" + name + "' missing")
            + " (expected "
            + expected
            + ")");
  }

  private String kind() {
    if (value instanceof String) {
      return "a text";
    }
    if (value instanceof JsonArray) {
      return "a list";
    }
    return value instanceof JsonObject ? "an object" : String.valueOf(value);
  }
}
