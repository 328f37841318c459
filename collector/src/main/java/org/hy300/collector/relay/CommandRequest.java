// SPDX-License-Identifier: Apache-2.0
// A request for one or more devices.
package org.hy300.collector.relay;

import io.vertx.core.json.JsonObject;
import java.time.Instant;
import org.hy300.contract.CommandCatalogue;
import org.hy300.contract.CommandEntry;
import org.hy300.contract.CommandMessage;

/**
 * One requested command.
 *
 * @param id chosen by the caller; a second request with it means the same command
 * @param issued time of the request
 * @param expires until when a device may start
 * @param by the name of the caller's token, or its substitute
 * @param via how the request came
 * @param asked the devices, as the caller wrote them
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

  /** How a command reaches the collector. */
  public enum Via {
    HTTP,
    MQTT
  }

  /** The name of the action in paths, metrics and logs. */
  public String name() {
    return subsystem + "/" + action;
  }

  /** Whether the command is exempt from waiting and from limits. */
  boolean isAlwaysTaken() {
    return CommandCatalogue.find(subsystem, action).filter(CommandEntry::isAlwaysTaken).isPresent();
  }

  /** Whether both request the same of the same devices; times and callers may differ. */
  boolean isSameAs(CommandRequest other) {
    return name().equals(other.name()) && args.equals(other.args) && asked.equals(other.asked);
  }

  CommandMessage message() {
    return new CommandMessage(id, issued, expires, args);
  }
}
