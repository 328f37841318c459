// SPDX-License-Identifier: Apache-2.0
// Reads state messages token by token, without a tree in between.
package org.hy300.collector.ingest;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.hy300.contract.Limits;
import org.hy300.contract.MalformedMessageException;

/** The collector's side of {@link org.hy300.contract.StateMessage}. */
public final class StateParser {
  /** A key that comes twice would become a series that stands twice on the page. */
  private static final JsonFactory JSON =
      JsonFactory.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();

  /**
   * One state message.
   *
   * @param seq counts over all subsystems of a device
   * @param time when it was read, as it stands in the message; null without it
   * @param series keys as they stand in the message
   * @param values in the order of the series
   */
  @SuppressWarnings("ArrayRecordComponent") // Eight bytes a value; never compared.
  public record State(String session, long seq, String time, List<String> series, double[] values) {

    /** The time, or the epoch when there is none that can be read. */
    Instant instant() {
      try {
        return time == null ? Instant.EPOCH : Instant.parse(time);
      } catch (DateTimeParseException e) {
        return Instant.EPOCH;
      }
    }
  }

  private StateParser() {}

  /** Parses a payload; unknown fields are ignored. */
  public static State parse(Buffer payload) throws MalformedMessageException {
    if (payload.length() > Limits.MAX_PAYLOAD_BYTES) {
      throw new MalformedMessageException(
          "payload of " + payload.length() + " bytes is over " + Limits.MAX_PAYLOAD_BYTES);
    }
    try (JsonParser json = JSON.createParser(payload.getBytes())) {
      return parse(json);
    } catch (IOException e) {
      throw new MalformedMessageException("payload is not JSON");
    }
  }

  private static State parse(JsonParser json) throws IOException, MalformedMessageException {
    String session = null;
    long seq = -1;
    String time = null;
    List<String> series = null;
    double[] values = {};
    require(json.nextToken() == JsonToken.START_OBJECT, "payload is not a JSON object");
    while (json.nextToken() == JsonToken.FIELD_NAME) {
      String field = json.currentName();
      JsonToken value = json.nextToken();
      switch (field) {
        case "session" -> {
          require(value == JsonToken.VALUE_STRING, "field 'session' is not a string");
          session = json.getText();
        }
        case "seq" -> {
          require(value == JsonToken.VALUE_NUMBER_INT, "field 'seq' is not an integer");
          seq = json.getLongValue();
        }
        case "time" -> {
          require(value == JsonToken.VALUE_STRING, "field 'time' is not a string");
          time = json.getText();
        }
        case "values" -> {
          require(value == JsonToken.START_OBJECT, "field 'values' is not an object");
          series = new ArrayList<>();
          values = values(json, series);
        }
        default -> json.skipChildren();
      }
    }
    require(session != null, "field 'session' is missing");
    require(seq >= 0, "field 'seq' is missing or negative");
    require(series != null, "field 'values' is missing");
    return new State(session, seq, time, series, values);
  }

  private static double[] values(JsonParser json, List<String> series)
      throws IOException, MalformedMessageException {
    double[] values = new double[32];
    while (json.nextToken() == JsonToken.FIELD_NAME) {
      String name = json.currentName();
      if (!json.nextToken().isNumeric()) {
        throw new MalformedMessageException("value of '" + name + "' is not a number");
      }
      if (series.size() == values.length) {
        values = Arrays.copyOf(values, values.length * 2);
      }
      values[series.size()] = json.getDoubleValue();
      series.add(name);
    }
    return Arrays.copyOf(values, series.size());
  }

  private static void require(boolean holds, String otherwise) throws MalformedMessageException {
    if (!holds) {
      throw new MalformedMessageException(otherwise);
    }
  }
}
