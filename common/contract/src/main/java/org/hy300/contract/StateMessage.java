// SPDX-License-Identifier: Apache-2.0
// `…/{device}/state/{subsystem}`: the whole current state of one subsystem, as an agent sends it.
package org.hy300.contract;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Retained at QoS 1. The collector parses the bytes itself, without this class.
 *
 * @param session the agent's session
 * @param seq counts across all subsystems of the device, from 1 in each session
 * @param values numbers by series, in Prometheus's format: {@code hy300_motor_fault{reason="none"}}
 */
public record StateMessage(String session, long seq, Instant time, Map<String, Number> values) {

  public Buffer toBuffer() {
    return new JsonObject()
        .put("session", session)
        .put("seq", seq)
        .put("time", Fields.format(time))
        .put("values", new JsonObject(new LinkedHashMap<>(values)))
        .toBuffer();
  }
}
