// SPDX-License-Identifier: Apache-2.0
// `…/{device}/event/{subsystem}`: one event.
package org.hy300.contract;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import java.time.Instant;

/**
 * Not retained, QoS 1, never conflated.
 *
 * @param id unique; a consumer drops a message whose id it has seen
 * @param seq counts the device's events; a gap is a loss
 * @param event one of the event names of the contract, such as {@code position_reached}
 */
public record EventMessage(String id, long seq, Instant time, String event, JsonObject data) {

  public static EventMessage parse(Buffer payload) throws MalformedMessageException {
    Fields fields = Fields.parse(payload);
    return new EventMessage(
        fields.text("id"),
        fields.number("seq"),
        fields.time("time"),
        fields.text("event"),
        fields.carried("data"));
  }

  public Buffer toBuffer() {
    return new JsonObject()
        .put("id", id)
        .put("seq", seq)
        .put("time", Fields.format(time))
        .put("event", event)
        .put("data", data)
        .toBuffer();
  }
}
