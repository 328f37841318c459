// SPDX-License-Identifier: Apache-2.0
// `…/{device}/status`: whether the agent's session is alive. The Will has the same shape.
package org.hy300.contract;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import java.time.Instant;

/**
 * Retained at QoS 1.
 *
 * @param online whether the session is alive
 * @param session new at every start of the agent; a Will of another session is out of date
 * @param time when the agent said so; in a Will, when it connected
 */
public record StatusMessage(boolean online, String session, Instant time) {

  public static StatusMessage parse(Buffer payload) throws MalformedMessageException {
    Fields fields = Fields.parse(payload);
    String state = fields.text("state");
    if (!state.equals("online") && !state.equals("offline")) {
      throw new MalformedMessageException("field 'state' is neither online nor offline");
    }
    return new StatusMessage(state.equals("online"), fields.text("session"), fields.time("time"));
  }

  public Buffer toBuffer() {
    return new JsonObject()
        .put("state", online ? "online" : "offline")
        .put("session", session)
        .put("time", Fields.format(time))
        .toBuffer();
  }
}
