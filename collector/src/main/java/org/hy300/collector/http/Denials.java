// SPDX-License-Identifier: Apache-2.0
// What was refused for want of rights, as lines of the audit log.
package org.hy300.collector.http;

import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.hy300.collector.access.Principal;
import org.hy300.collector.relay.AuditLog;

/** As many as a token or an address may send requests. */
record Denials(AuditLog audit) {
  private static final int MAX_PATH = 200;

  /**
   * Writes a line.
   *
   * @param code why it was refused
   * @param command which command was asked for; null when that was not read
   */
  void write(HttpServerRequest request, Principal by, String code, String command) {
    String path = request.path();
    JsonObject line =
        new JsonObject()
            .put("time", Instant.now().truncatedTo(ChronoUnit.MILLIS).toString())
            .put("what", "refusal")
            .put("by", by.name())
            .put("via", "http")
            .put("from", request.remoteAddress().hostAddress())
            .put("method", request.method().name())
            .put("path", path.substring(0, Math.min(MAX_PATH, path.length())));
    if (command != null) {
      line.put("command", command);
    }
    audit.write(line.put("error", code));
  }
}
