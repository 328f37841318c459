// SPDX-License-Identifier: Apache-2.0
// The HTTP API of a server that evaluates PromQL.
package org.hy300.testing;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Optional;

/** Asks a Prometheus or what answers as one. */
public class PromApi {
  private final HttpClient http = HttpClient.newHttpClient();
  private final String address;

  PromApi(String address) {
    this.address = address;
  }

  /** Where it takes samples by remote write. */
  public final URI writeUrl() {
    return URI.create("http://" + address + "/api/v1/write");
  }

  /** Evaluates an instant query that gives one sample at most. */
  public Optional<Double> query(String expression) throws IOException, InterruptedException {
    return query(expression, Instant.now());
  }

  /** As it was at that time. */
  public Optional<Double> query(String expression, Instant time)
      throws IOException, InterruptedException {
    JsonArray result = samples(expression, time);
    if (result.isEmpty()) {
      return Optional.empty();
    }
    if (result.size() > 1) {
      throw new IllegalStateException(expression + " gives several samples: " + result);
    }
    return Optional.of(Double.valueOf(result.getJsonObject(0).getJsonArray("value").getString(1)));
  }

  /** Everything that an instant query gives, as Prometheus' API writes it. */
  public JsonArray samples(String expression) throws IOException, InterruptedException {
    return samples(expression, Instant.now());
  }

  private JsonArray samples(String expression, Instant time)
      throws IOException, InterruptedException {
    return get("query?query="
            + URLEncoder.encode(expression, StandardCharsets.UTF_8)
            + "&time="
            + time)
        .getJsonArray("result");
  }

  final JsonObject get(String question) throws IOException, InterruptedException {
    String answer =
        http.send(
                HttpRequest.newBuilder(URI.create("http://" + address + "/api/v1/" + question))
                    .build(),
                HttpResponse.BodyHandlers.ofString())
            .body();
    if (!answer.startsWith("{\"status\":\"success\"")) {
      throw new IllegalStateException(question + ": " + answer);
    }
    return new JsonObject(answer).getJsonObject("data");
  }
}
