// SPDX-License-Identifier: Apache-2.0
// Vert.x's JSON for all programs, with a limit on nesting.
package org.hy300.contract;

import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.StreamReadConstraints;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.jackson.JacksonCodec;
import io.vertx.core.spi.JsonFactory;
import io.vertx.core.spi.json.JsonCodec;
import java.io.IOException;

/**
 * Vert.x's own parser recurses, and a small stack overflows before its limit of 1,000 levels.
 * Vert.x finds this class as a service, so it covers all parsing of text or bytes into a {@code
 * JsonObject} or {@code JsonArray}.
 */
public final class LimitedJson extends JacksonCodec implements JsonFactory {
  private static final com.fasterxml.jackson.core.JsonFactory PARSERS =
      parsers(Limits.MAX_NESTING).build();

  /** Creates parsers with this limit, for reading token by token. */
  public static JsonFactoryBuilder parsers(int nesting) {
    return new JsonFactoryBuilder()
        .streamReadConstraints(StreamReadConstraints.builder().maxNestingDepth(nesting).build());
  }

  /** Whether a parser has stopped because of the depth. */
  public static boolean isTooDeep(JsonParser parser) {
    return parser.getParsingContext().getNestingDepth() > Limits.MAX_NESTING;
  }

  @Override
  public JsonCodec codec() {
    return this;
  }

  @Override
  public <T> T fromString(String json, Class<T> type) {
    return read(() -> PARSERS.createParser(json), type);
  }

  @Override
  public <T> T fromBuffer(Buffer json, Class<T> type) {
    return read(() -> PARSERS.createParser(json.getBytes()), type);
  }

  private interface Opening {
    JsonParser open() throws IOException;
  }

  private static <T> T read(Opening opening, Class<T> type) {
    JsonParser parser;
    try {
      parser = opening.open();
    } catch (IOException e) {
      throw new DecodeException("Failed to decode: " + e.getMessage(), e);
    }
    try {
      return fromParser(parser, type);
    } catch (DecodeException e) {
      throw isTooDeep(parser) ? new TooDeepException() : e;
    }
  }
}
