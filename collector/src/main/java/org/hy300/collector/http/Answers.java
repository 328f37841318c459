// SPDX-License-Identifier: Apache-2.0
// Answers in JSON, errors in one form.
package org.hy300.collector.http;

import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.json.JsonObject;

/** An error is {@code {"error":{"code":…,"message":…}}}: a word for programs, a line for people. */
final class Answers {
  private Answers() {}

  static void json(HttpServerResponse response, int status, JsonObject body) {
    // The caller may have gone while a command was under way.
    if (!response.closed() && !response.ended()) {
      response
          .setStatusCode(status)
          .putHeader("Content-Type", "application/json")
          .end(body.encode() + "\n");
    }
  }

  static void refuse(HttpServerResponse response, int status, String code, String message) {
    json(
        response,
        status,
        new JsonObject().put("error", new JsonObject().put("code", code).put("message", message)));
  }

  static void text(HttpServerResponse response, String type, String text) {
    response.putHeader("Content-Type", type).end(text);
  }
}
