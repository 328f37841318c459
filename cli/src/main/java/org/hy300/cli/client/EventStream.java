// SPDX-License-Identifier: Apache-2.0
// Server-sent events, each with a name and JSON data (HTML standard, 9.2).
package org.hy300.cli.client;

import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import org.hy300.contract.TooDeepException;

/** Reads the collector's form: one line of data for each event. */
public final class EventStream implements AutoCloseable {
  private static final String NAME = "event: ";
  private static final String DATA = "data: ";

  private final String source;
  private final BufferedReader lines;

  /**
   * Creates a stream.
   *
   * @param source the collector and the request
   */
  EventStream(String source, InputStream in) {
    this.source = source;
    lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
  }

  /** Waits for the next event; null at the end. */
  public LiveMessage next() throws IOException, ForeignAnswerException {
    String name = "";
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      if (line.startsWith(NAME)) {
        name = line.substring(NAME.length());
      } else if (line.startsWith(DATA)) {
        return read(name, line.substring(DATA.length()));
      }
    }
    return null;
  }

  private LiveMessage read(String name, String data) throws ForeignAnswerException {
    try {
      return LiveMessage.of(name, Field.of(json(data)));
    } catch (NotAsPromisedException e) {
      throw new ForeignAnswerException(source, e.getMessage() + " in an event '" + name + "'");
    }
  }

  private static JsonObject json(String data) throws NotAsPromisedException {
    try {
      return new JsonObject(data);
    } catch (TooDeepException e) {
      throw new NotAsPromisedException("JSON that " + e.getMessage());
    } catch (DecodeException | ClassCastException e) {
      throw new NotAsPromisedException("no JSON object");
    }
  }

  @Override
  public void close() throws IOException {
    lines.close();
  }
}
