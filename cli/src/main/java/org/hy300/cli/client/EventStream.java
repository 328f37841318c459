// SPDX-License-Identifier: Apache-2.0
// Server-sent events: a name and JSON, one after the other (HTML standard, 9.2).
package org.hy300.cli.client;

import io.vertx.core.json.JsonObject;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;

/** Reads what the collector writes: one line of data for each event. */
public final class EventStream implements AutoCloseable {
  private static final String NAME = "event: ";
  private static final String DATA = "data: ";

  private final BufferedReader lines;

  /** One event. */
  public record Event(String name, JsonObject data) {}

  public EventStream(InputStream in) {
    lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
  }

  /** Waits for the next one; null at the end. */
  public Event next() throws IOException {
    String name = "";
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      if (line.startsWith(NAME)) {
        name = line.substring(NAME.length());
      } else if (line.startsWith(DATA)) {
        return new Event(name, new JsonObject(line.substring(DATA.length())));
      }
    }
    return null;
  }

  @Override
  public void close() throws IOException {
    lines.close();
  }
}
