// SPDX-License-Identifier: Apache-2.0
// Reads a state message of any shape, token by token, and cuts the template out of it.
package org.hy300.collector.ingest;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.hy300.collector.fleet.Session;
import org.hy300.collector.fleet.State;
import org.hy300.collector.fleet.Template;
import org.hy300.contract.LimitedJson;
import org.hy300.contract.Limits;
import org.hy300.contract.MalformedMessageException;
import org.hy300.contract.TooDeepException;

/**
 * The collector's side of {@link org.hy300.contract.StateMessage}, and the judge of what is legal:
 * {@link RepeatParser} takes nothing that this one would refuse.
 */
public final class StateParser {
  /** A key that comes twice would become a series that stands twice on the page. */
  private static final JsonFactory JSON =
      LimitedJson.parsers(Limits.MAX_NESTING)
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .build();

  static final int MAX_TIME_LENGTH = 64;

  private final byte[] message;
  private final JsonParser json;
  private final ByteArrayOutputStream glue = new ByteArrayOutputStream(512);
  private final ByteArrayOutputStream holes = new ByteArrayOutputStream(64);
  private final List<String> series = new ArrayList<>();
  private int[] ends = new int[32];
  private double[] values = new double[32];
  private int copied;
  private String session;
  private long seq = -1;
  private long time;
  private boolean hasValues;

  private StateParser(byte[] message, JsonParser json) {
    this.message = message;
    this.json = json;
  }

  /**
   * Parses the first bytes of an array; unknown fields are ignored.
   *
   * @param device whose topic it came on
   */
  public static State parse(String device, byte[] message, int length)
      throws MalformedMessageException {
    // Jackson would also take UTF-16 and UTF-32, in which every other byte or more is 0.
    for (int i = 0; i < Math.min(length, 4); i++) {
      require(message[i] != 0 && message[0] > 0, "payload is not JSON in UTF-8");
    }
    try (JsonParser json = JSON.createParser(message, 0, length)) {
      StateParser parser = new StateParser(message, json);
      try {
        parser.parse(device);
      } catch (StreamConstraintsException e) {
        require(!LimitedJson.isTooDeep(json), "payload " + TooDeepException.IS_NESTED);
        throw e;
      }
      require(json.nextToken() == null, "payload has more than one JSON value");
      return parser.state(length);
    } catch (IOException e) {
      throw new MalformedMessageException("payload is not JSON");
    }
  }

  private void parse(String device) throws IOException, MalformedMessageException {
    require(json.nextToken() == JsonToken.START_OBJECT, "payload is not a JSON object");
    while (json.nextToken() == JsonToken.FIELD_NAME) {
      String field = json.currentName();
      JsonToken value = json.nextToken();
      switch (field) {
        case "session" -> {
          require(value == JsonToken.VALUE_STRING, "field 'session' is not a string");
          session = json.getText();
          require(Session.isLegal(session), "field 'session' is empty, too long or not plain");
          textHole(Template.SESSION, "session");
        }
        case "seq" -> {
          require(value == JsonToken.VALUE_NUMBER_INT, "field 'seq' is not an integer");
          seq = json.getLongValue();
          hole(Template.SEQ, start(), start() + json.getTextLength());
        }
        case "time" -> {
          require(value == JsonToken.VALUE_STRING, "field 'time' is not a string");
          time = time(json.getText());
          textHole(Template.TIME, "time");
        }
        case "values" -> {
          require(value == JsonToken.START_OBJECT, "field 'values' is not an object");
          values();
          hasValues = true;
        }
        case "device" ->
            require(
                value == JsonToken.VALUE_STRING && json.getText().equals(device),
                "field 'device' is not the device of the topic");
        default -> json.skipChildren();
      }
    }
    require(session != null, "field 'session' is missing");
    require(seq >= 0, "field 'seq' is missing or negative");
    require(hasValues, "field 'values' is missing");
  }

  private void values() throws IOException, MalformedMessageException {
    while (json.nextToken() == JsonToken.FIELD_NAME) {
      String name = json.currentName();
      if (!json.nextToken().isNumeric()) {
        throw new MalformedMessageException("value of '" + name + "' is not a number");
      }
      // -0 becomes 0: Jackson keeps the sign of -0.0, but not of -0.
      double value = 0 + json.getDoubleValue();
      if (!Double.isFinite(value)) {
        throw new MalformedMessageException("value of '" + name + "' is out of range");
      }
      if (series.size() == values.length) {
        values = Arrays.copyOf(values, values.length * 2);
      }
      values[series.size()] = value;
      series.add(name);
      hole(Template.VALUE, start(), start() + json.getTextLength());
    }
  }

  /** Where the current token begins. */
  private int start() {
    return (int) json.currentTokenLocation().getByteOffset();
  }

  /** The text of a string must stand in the message as it is, so that it can be compared. */
  private void textHole(byte takes, String field) throws IOException, MalformedMessageException {
    int from = start() + 1;
    int to = from;
    while (message[to] != '"') {
      require(message[to] > 0 && message[to] != '\\', "field '" + field + "' has an escape");
      to++;
    }
    require(to - from <= MAX_TIME_LENGTH * 2, "field '" + field + "' is too long");
    hole(takes, from, to);
  }

  private void hole(byte takes, int from, int to) {
    glue.write(message, copied, from - copied);
    copied = to;
    if (holes.size() == ends.length) {
      ends = Arrays.copyOf(ends, ends.length * 2);
    }
    ends[holes.size()] = glue.size();
    holes.write(takes);
  }

  private State state(int length) {
    glue.write(message, copied, length - copied);
    return new State(
        session,
        seq,
        time,
        series,
        Arrays.copyOf(values, series.size()),
        new Template(glue.toByteArray(), Arrays.copyOf(ends, holes.size()), holes.toByteArray()));
  }

  /** The time in ms of Unix time, or 0 when it cannot be read. */
  static long time(String text) {
    try {
      return OffsetDateTime.parse(text).toInstant().toEpochMilli();
    } catch (DateTimeException | ArithmeticException e) {
      return 0;
    }
  }

  private static void require(boolean holds, String otherwise) throws MalformedMessageException {
    if (!holds) {
      throw new MalformedMessageException(otherwise);
    }
  }
}
