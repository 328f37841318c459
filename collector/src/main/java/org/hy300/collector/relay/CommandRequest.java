// SPDX-License-Identifier: Apache-2.0
// What somebody wants one or more devices to do.
package org.hy300.collector.relay;

import io.vertx.core.json.JsonObject;
import java.time.Instant;
import org.hy300.contract.CommandCatalogue;
import org.hy300.contract.CommandEntry;
import org.hy300.contract.CommandMessage;

/**
 * A command as it was asked for.
 *
 * @param id the caller's choice; who gives it a second time means the same command
 * @param issued when it was asked for
 * @param expires until when a device may begin
 * @param by the name of the caller's token, or what stands for it
 * @param via how it came
 * @param asked which devices, in the caller's words
 */
public record CommandRequest(
    String id,
    String subsystem,
    String action,
    JsonObject args,
    Instant issued,
    Instant expires,
    String by,
    Via via,
    JsonObject asked) {

  /** How a command comes to the collector. */
  public enum Via {
    HTTP,
    MQTT
  }

  /** The name of the action, as it stands in paths, metrics and logs. */
  public String name() {
    return subsystem + "/" + action;
  }

  /** Whether it waits for nothing, and is refused for want of nothing. */
  boolean isAlwaysTaken() {
    return CommandCatalogue.find(subsystem, action).filter(CommandEntry::isAlwaysTaken).isPresent();
  }

  /** Whether both ask the same of the same devices; times and callers may differ. */
  boolean isSameAs(CommandRequest other) {
    return name().equals(other.name()) && args.equals(other.args) && asked.equals(other.asked);
  }

  CommandMessage message() {
    return new CommandMessage(id, issued, expires, args);
  }
}
