// SPDX-License-Identifier: Apache-2.0
// Commands that others published directly to devices: the collector sees them, but not their end.
package org.hy300.collector.relay;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.hy300.collector.access.Principal;
import org.hy300.contract.CommandMessage;
import org.hy300.contract.Limits;
import org.hy300.contract.MalformedMessageException;
import org.hy300.contract.Topics;

/**
 * Writes them into the audit log, because the broker has none. The broker does not reveal their
 * sender. Belongs to the event loop.
 */
public final class ForeignCommands {
  private final RelayStore store;
  private final AuditLog audit;

  public ForeignCommands(RelayStore store, AuditLog audit) {
    this.store = store;
    this.audit = audit;
  }

  /**
   * Takes a message from a device's command topic.
   *
   * @param retained whether the broker had stored it: then it is old, and no device accepts it
   */
  void heard(Topics.Parsed topic, Buffer payload, boolean retained) {
    boolean legible = payload.length() > 0 && payload.length() <= Limits.MAX_PAYLOAD_BYTES;
    String id = legible ? CommandMessage.idOrNull(payload) : null;
    String name = topic.subsystem() + "/" + topic.action();
    if (retained || payload.length() == 0 || isOurs(id, topic.device(), name)) {
      return;
    }
    JsonObject line =
        new JsonObject()
            .put("time", Instant.now().truncatedTo(ChronoUnit.MILLIS).toString())
            .put("what", "command")
            .put("by", Principal.BROKER.name())
            .put("via", "mqtt")
            .put("id", id)
            .put("device", topic.device())
            .put("command", name);
    if (legible) {
      try {
        line.put("args", CommandMessage.parse(payload).args());
      } catch (MalformedMessageException e) {
        line.put("malformed", e.getMessage());
      }
    }
    audit.write(line.put("result", AuditLog.PUBLISHED));
  }

  private boolean isOurs(String id, String device, String name) {
    Command known = id == null ? null : store.find(id);
    return known != null && known.target(device) != null && known.request().name().equals(name);
  }
}
