// SPDX-License-Identifier: Apache-2.0
// A reader of server-sent events that records them.
package org.hy300.collector;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonObject;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;
import org.awaitility.Awaitility;

/** Reads on a thread of its own until it is closed or the stream ends. */
public final class LiveEvents implements AutoCloseable {
  /** One event. */
  public record Event(String name, JsonObject data) {}

  private final List<Event> events = new CopyOnWriteArrayList<>();
  private final InputStream body;
  private final BufferedReader lines;
  private volatile boolean ended;

  /** Opens the stream; headers are names and values, alternating. */
  public LiveEvents(String url, String... headers) throws IOException, InterruptedException {
    HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url));
    if (headers.length > 0) {
      request.headers(headers);
    }
    var response =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .build()
            .send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(response.headers().firstValue("Content-Type")).contains("text/event-stream");
    body = response.body();
    lines = new BufferedReader(new InputStreamReader(body, StandardCharsets.UTF_8));
    Thread reader = new Thread(this::read, "live-events");
    reader.setDaemon(true);
    reader.start();
  }

  private void read() {
    try {
      String name = "";
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (line.startsWith("event: ")) {
          name = line.substring(7);
        } else if (line.startsWith("data: ")) {
          events.add(new Event(name, new JsonObject(line.substring(6))));
        }
      }
    } catch (IOException e) {
      // Closed by the test, or disconnected.
    }
    ended = true;
  }

  /** All events so far with a name. */
  public List<JsonObject> told(String name) {
    return events.stream().filter(e -> e.name().equals(name)).map(Event::data).toList();
  }

  public boolean isEnded() {
    return ended;
  }

  /** Waits for the first event with a name. */
  public JsonObject await(String name) {
    return await(name, any -> true);
  }

  /** Waits for an event; earlier ones count too. */
  public JsonObject await(String name, Predicate<JsonObject> wanted) {
    return Awaitility.await(name)
        .atMost(Duration.ofSeconds(30))
        .pollInterval(Duration.ofMillis(20))
        .until(
            () -> told(name).stream().filter(wanted).findFirst().orElse(null),
            found -> found != null);
  }

  /** The rows as a page would show them now. */
  public Map<String, JsonObject> rows() {
    Map<String, JsonObject> rows = new TreeMap<>();
    for (Event event : events) {
      switch (event.name()) {
        case "reset" -> rows.clear();
        case "removed" ->
            event.data().getJsonArray("devices").forEach(device -> rows.remove((String) device));
        case "rows" ->
            event
                .data()
                .getJsonArray("rows")
                .forEach(row -> rows.put(((JsonObject) row).getString("device"), (JsonObject) row));
        default -> {}
      }
    }
    return rows;
  }

  /** Waits for a state of a device's row; null if there is none. */
  public void awaitRow(String device, Predicate<JsonObject> wanted) {
    Awaitility.await("row of " + device)
        .atMost(Duration.ofSeconds(30))
        .pollInterval(Duration.ofMillis(20))
        .until(() -> wanted.test(rows().get(device)));
  }

  @Override
  public void close() throws IOException {
    // Not the reader, whose lock is held while it waits for a line.
    body.close();
  }
}
