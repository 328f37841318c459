// SPDX-License-Identifier: Apache-2.0
// What a request for a command says: path, header and body, checked.
package org.hy300.collector.http;

import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.UUID;
import org.hy300.contract.CommandCatalogue;
import org.hy300.contract.CommandMessage;
import org.hy300.contract.Limits;
import org.hy300.contract.MalformedMessageException;

/**
 * The body is {@code {"args":{…},"id":…,"timeout_seconds":…}}, all of it optional. A request
 * without a device in its path names its command and its devices in the body too.
 *
 * @param id the header Idempotency-Key, or 'id' of the body, or a new one
 * @param timeout until when a device may begin, and how long an answer is waited for
 */
record CommandBody(String subsystem, String action, JsonObject args, String id, Duration timeout) {
  static CommandBody parse(Exchange exchange, JsonObject json) throws MalformedMessageException {
    if (!(json.getValue("args", new JsonObject()) instanceof JsonObject args)) {
      throw new MalformedMessageException("'args' is not an object");
    }
    CommandMessage.checkArgs(args);
    Object timeout = json.getValue("timeout_seconds", CommandCatalogue.DEFAULT_TIMEOUT_SECONDS);
    if (!(timeout instanceof Integer seconds
        && seconds >= 1
        && seconds <= CommandCatalogue.MAX_TIMEOUT_SECONDS)) {
      throw new MalformedMessageException(
          "'timeout_seconds' is not within 1 to " + CommandCatalogue.MAX_TIMEOUT_SECONDS);
    }
    String subsystem = exchange.parameter("subsystem");
    String action = exchange.parameter("action");
    if (subsystem == null) {
      if (!(json.getValue("command") instanceof String command && command.indexOf('/') > 0)) {
        throw new MalformedMessageException("'command' is not of the form motor/move");
      }
      subsystem = command.substring(0, command.indexOf('/'));
      action = command.substring(command.indexOf('/') + 1);
    }
    return new CommandBody(
        subsystem,
        action,
        args,
        id(exchange.request().getHeader("Idempotency-Key"), json.getValue("id")),
        Duration.ofSeconds(seconds));
  }

  private static String id(String header, Object field) throws MalformedMessageException {
    if (header != null && field != null && !unquoted(header).equals(field)) {
      throw new MalformedMessageException("'id' and the header Idempotency-Key differ");
    }
    Object given = header == null ? field : unquoted(header);
    if (given == null) {
      return UUID.randomUUID().toString();
    }
    if (!(given instanceof String id && CommandMessage.isId(id))) {
      throw new MalformedMessageException(
          "'id' is not made of up to " + Limits.MAX_ID_LENGTH + " letters, digits and _ . : -");
    }
    return id;
  }

  /** The header is a string in quotes for some, and a bare one for most. */
  private static String unquoted(String header) {
    return header.length() > 1 && header.startsWith("\"") && header.endsWith("\"")
        ? header.substring(1, header.length() - 1)
        : header;
  }
}
