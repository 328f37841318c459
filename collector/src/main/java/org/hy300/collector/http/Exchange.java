// SPDX-License-Identifier: Apache-2.0
// One request that was let in: who asks, what stands in its path, its body.
package org.hy300.collector.http;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.Map;
import java.util.function.Consumer;
import org.hy300.collector.access.Principal;
import org.hy300.collector.exposition.PageResponse;
import org.hy300.contract.ErrorCode;
import org.hy300.contract.Limits;
import org.hy300.contract.TooDeepException;

/**
 * A request with its answer.
 *
 * @param parameters the parts of the path that the route leaves open
 */
record Exchange(HttpServerRequest request, Principal principal, Map<String, String> parameters) {
  private static final Logger LOG = System.getLogger(Exchange.class.getName());

  /** A body that comes more slowly keeps its place from others. */
  private static final long BODY_MS = 10_000;

  HttpServerResponse response() {
    return request.response();
  }

  /** Whether the headers alone are asked for. */
  boolean isHead() {
    return request.method().equals(HttpMethod.HEAD);
  }

  String parameter(String name) {
    return parameters.get(name);
  }

  void json(int status, JsonObject body) {
    Answers.json(response(), status, body);
  }

  void refuse(int status, String code, String message) {
    Answers.refuse(response(), status, code, message);
  }

  /** Reads the body, a JSON object, and hands it on; one that is none is refused. */
  void body(Vertx vertx, Consumer<JsonObject> then) {
    Buffer body = Buffer.buffer();
    long timer =
        vertx.setTimer(
            BODY_MS,
            late -> {
              refuse(408, "too_slow", "the body did not come within " + BODY_MS / 1000 + " s");
              request.connection().close();
            });
    request.exceptionHandler(
        broken -> {
          vertx.cancelTimer(timer);
          refuse(400, ErrorCode.MALFORMED, "the body cannot be read: " + broken.getMessage());
          PageResponse.flush(request);
        });
    request.handler(
        chunk -> {
          // What is over the limit is read and forgotten, so that the answer can be read.
          if (body.length() <= Limits.MAX_PAYLOAD_BYTES) {
            body.appendBuffer(chunk);
          }
        });
    request.endHandler(
        end -> {
          vertx.cancelTimer(timer);
          if (body.length() > Limits.MAX_PAYLOAD_BYTES) {
            refuse(
                413, "too_large", "the body has more than " + Limits.MAX_PAYLOAD_BYTES + " bytes");
          } else {
            parse(body, then);
          }
        });
  }

  private void parse(Buffer body, Consumer<JsonObject> then) {
    JsonObject json;
    try {
      json = body.length() == 0 ? new JsonObject() : new JsonObject(body);
    } catch (TooDeepException e) {
      refuse(400, ErrorCode.MALFORMED, "the body " + e.getMessage());
      return;
    } catch (DecodeException | ClassCastException e) {
      refuse(400, ErrorCode.MALFORMED, "the body is not a JSON object such as {\"args\":{}}");
      return;
    }
    attempt(() -> then.accept(json));
  }

  /** Does what answers; who meets a mistake in it is told, for he would wait for ever. */
  void attempt(Runnable work) {
    try {
      work.run();
    } catch (RuntimeException e) {
      LOG.log(Level.ERROR, "a request could not be answered", e);
      refuse(500, "internal", "the collector has made a mistake; it is in its log");
    }
  }
}
