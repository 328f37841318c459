// SPDX-License-Identifier: Apache-2.0
// Reads the fields of one JSON message, with a clear error for an invalid one.
package org.hy300.contract;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;

/**
 * Field access for the messages of this package. Ignores unknown fields, as the contract requires.
 */
final class Fields {
  /** Reads token by token, so the stack does not limit the depth. */
  private static final JsonFactory OF_ANY_DEPTH =
      LimitedJson.parsers(Limits.MAX_PAYLOAD_BYTES).build();

  private final JsonObject json;

  private Fields(JsonObject json) {
    this.json = json;
  }

  static Fields parse(Buffer payload) throws MalformedMessageException {
    if (payload.length() > Limits.MAX_PAYLOAD_BYTES) {
      throw new MalformedMessageException(
          "payload of " + payload.length() + " bytes is over " + Limits.MAX_PAYLOAD_BYTES);
    }
    try {
      return new Fields(new JsonObject(payload));
    } catch (TooDeepException e) {
      throw new MalformedMessageException("payload " + e.getMessage());
    } catch (DecodeException | ClassCastException e) {
      throw new MalformedMessageException("payload is not a JSON object");
    }
  }

  /**
   * Reads one text of a JSON object, however deeply its other fields are nested.
   *
   * @return null if there is none, or the payload is not a JSON object
   */
  static String textAtAnyDepth(Buffer payload, String name) {
    if (payload.length() > Limits.MAX_PAYLOAD_BYTES) {
      return null;
    }
    String found = null;
    try (JsonParser json = OF_ANY_DEPTH.createParser(payload.getBytes())) {
      if (json.nextToken() != JsonToken.START_OBJECT) {
        return null;
      }
      while (json.nextToken() == JsonToken.FIELD_NAME) {
        String field = json.currentName();
        JsonToken value = json.nextToken();
        if (field.equals(name)) {
          found = value == JsonToken.VALUE_STRING ? json.getText() : null;
        }
        json.skipChildren();
      }
      return json.nextToken() == null ? found : null;
    } catch (IOException e) {
      return null;
    }
  }

  /** The time in the contract's format: UTC with milliseconds. */
  static String format(Instant time) {
    Instant millis = time.truncatedTo(ChronoUnit.MILLIS);
    String text = millis.toString();
    return text.contains(".") ? text : text.replace("Z", ".000Z");
  }

  String text(String name) throws MalformedMessageException {
    String value = textOrNull(name);
    if (value == null) {
      throw new MalformedMessageException("field '" + name + "' is missing");
    }
    return value;
  }

  String textOrNull(String name) throws MalformedMessageException {
    Object value = json.getValue(name);
    if (value == null) {
      return null;
    }
    if (!(value instanceof String text)) {
      throw new MalformedMessageException("field '" + name + "' is not a string");
    }
    return text;
  }

  Instant time(String name) throws MalformedMessageException {
    Instant value = timeOrNull(name);
    if (value == null) {
      throw new MalformedMessageException("field '" + name + "' is missing");
    }
    return value;
  }

  Instant timeOrNull(String name) throws MalformedMessageException {
    String text = textOrNull(name);
    if (text == null) {
      return null;
    }
    try {
      return OffsetDateTime.parse(text, DateTimeFormatter.ISO_OFFSET_DATE_TIME).toInstant();
    } catch (DateTimeException e) {
      throw new MalformedMessageException(
          "field '" + name + "' is not a time like 2026-11-21T04:00:00.123Z");
    }
  }

  JsonObject objectOrEmpty(String name) throws MalformedMessageException {
    Object value = json.getValue(name);
    if (value == null) {
      return new JsonObject();
    }
    if (!(value instanceof JsonObject object)) {
      throw new MalformedMessageException("field '" + name + "' is not an object");
    }
    return object;
  }

  /** An object that others embed, and that must leave them some of the depth. */
  JsonObject carried(String name) throws MalformedMessageException {
    JsonObject value = objectOrEmpty(name);
    checkCarried(name, value);
    return value;
  }

  static void checkCarried(String name, JsonObject value) throws MalformedMessageException {
    if (isDeeper(value, Limits.MAX_FIELD_NESTING)) {
      throw new MalformedMessageException(
          "field '" + name + "' is nested more than " + Limits.MAX_FIELD_NESTING + " deep");
    }
  }

  private static boolean isDeeper(Object value, int levels) {
    if (value instanceof JsonObject object) {
      return levels == 0
          || object.stream().anyMatch(field -> isDeeper(field.getValue(), levels - 1));
    }
    return value instanceof JsonArray array
        && (levels == 0 || array.stream().anyMatch(element -> isDeeper(element, levels - 1)));
  }

  List<String> textsOrEmpty(String name) throws MalformedMessageException {
    return json.getValue(name) == null ? List.of() : texts(name);
  }

  List<String> texts(String name) throws MalformedMessageException {
    if (!(json.getValue(name) instanceof JsonArray array)) {
      throw new MalformedMessageException("field '" + name + "' is not an array");
    }
    List<String> texts = new ArrayList<>(array.size());
    for (Object element : array) {
      if (!(element instanceof String text)) {
        throw new MalformedMessageException("field '" + name + "' holds something but strings");
      }
      texts.add(text);
    }
    return texts;
  }

  long numberOr(String name, long otherwise) throws MalformedMessageException {
    return json.getValue(name) == null ? otherwise : number(name);
  }

  long number(String name) throws MalformedMessageException {
    if (json.getValue(name) instanceof Integer value) {
      return value;
    }
    if (json.getValue(name) instanceof Long value) {
      return value;
    }
    throw new MalformedMessageException("field '" + name + "' is not an integer");
  }
}
