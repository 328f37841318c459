// SPDX-License-Identifier: Apache-2.0
// `…/{device}/status`: whether the agent's session is alive. The Will has the same form.
package org.hy300.contract;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import java.time.Instant;

/**
 * Retained at QoS 1.
 *
 * @param online whether the session is alive
 * @param session new at every start of the agent; a Will of another session is outdated
 * @param time of the message; in a Will, of the connection
 * @param connection counts the session's connections from 1; 0 if the agent does not count
 */
public record StatusMessage(boolean online, String session, Instant time, long connection) {

  /** From an agent that does not count its connections. */
  public StatusMessage(boolean online, String session, Instant time) {
    this(online, session, time, 0);
  }

  public static StatusMessage parse(Buffer payload) throws MalformedMessageException {
    Fields fields = Fields.parse(payload);
    String state = fields.text("state");
    if (!state.equals("online") && !state.equals("offline")) {
      throw new MalformedMessageException("field 'state' is neither online nor offline");
    }
    long connection = fields.numberOr("connection", 0);
    if (connection < 0) {
      throw new MalformedMessageException("field 'connection' is negative");
    }
    return new StatusMessage(
        state.equals("online"), fields.text("session"), fields.time("time"), connection);
  }

  public Buffer toBuffer() {
    JsonObject json =
        new JsonObject()
            .put("state", online ? "online" : "offline")
            .put("session", session)
            .put("time", Fields.format(time));
    if (connection > 0) {
      json.put("connection", connection);
    }
    return json.toBuffer();
  }
}
