// SPDX-License-Identifier: Apache-2.0
// A command by HTTP: checks it, relays it, and answers with the device's terminal reply.
package org.hy300.collector.http;

import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import org.hy300.collector.fleet.Device;
import org.hy300.collector.fleet.Fleet;
import org.hy300.collector.relay.CommandRelay;
import org.hy300.contract.CommandCatalogue;
import org.hy300.contract.CommandMessage;
import org.hy300.contract.ErrorCode;
import org.hy300.contract.Limits;
import org.hy300.contract.ReplyMessage;

/**
 * The body is {@code {"args":{…},"id":…,"timeout_seconds":…}}, all of it optional; an empty body
 * stands for an empty object.
 */
public final class CommandHandler {
  private static final int DEFAULT_TIMEOUT_SECONDS = 60;
  private static final int MAX_TIMEOUT_SECONDS = 600;

  private final Fleet fleet;
  private final CommandRelay relay;

  public CommandHandler(Fleet fleet, CommandRelay relay) {
    this.fleet = fleet;
    this.relay = relay;
  }

  /** A body that is not what it should be; the message says what. */
  private static final class BadBodyException extends Exception {
    private static final long serialVersionUID = 1L;

    BadBodyException(String message) {
      super(message);
    }
  }

  private record Body(JsonObject args, String id, Duration timeout) {}

  void handle(HttpServerRequest request, String device, String subsystem, String action) {
    Buffer body = Buffer.buffer();
    request.handler(
        chunk -> {
          // What is over the limit is read and forgotten, so that the answer can be read.
          if (body.length() <= Limits.MAX_PAYLOAD_BYTES) {
            body.appendBuffer(chunk);
          }
        });
    request.endHandler(
        end -> {
          HttpServerResponse response = request.response();
          if (body.length() > Limits.MAX_PAYLOAD_BYTES) {
            refuse(
                response,
                413,
                "too_large",
                "the body has more than " + Limits.MAX_PAYLOAD_BYTES + " bytes");
            return;
          }
          try {
            send(response, device, subsystem, action, parse(body));
          } catch (BadBodyException e) {
            refuse(response, 400, ErrorCode.MALFORMED, e.getMessage());
          }
        });
  }

  private static Body parse(Buffer bytes) throws BadBodyException {
    JsonObject json;
    try {
      json = bytes.length() == 0 ? new JsonObject() : new JsonObject(bytes);
    } catch (DecodeException | ClassCastException e) {
      throw new BadBodyException("the body is not a JSON object such as {\"args\":{}}");
    }
    Object args = json.getValue("args", new JsonObject());
    if (!(args instanceof JsonObject arguments)) {
      throw new BadBodyException("'args' is not an object");
    }
    Object id = json.getValue("id", UUID.randomUUID().toString());
    if (!(id instanceof String name && CommandMessage.isId(name))) {
      throw new BadBodyException(
          "'id' is not made of up to " + Limits.MAX_ID_LENGTH + " letters, digits and _ . : -");
    }
    Object timeout = json.getValue("timeout_seconds", DEFAULT_TIMEOUT_SECONDS);
    if (!(timeout instanceof Integer seconds && seconds >= 1 && seconds <= MAX_TIMEOUT_SECONDS)) {
      throw new BadBodyException("'timeout_seconds' is not within 1 to " + MAX_TIMEOUT_SECONDS);
    }
    return new Body(arguments, name, Duration.ofSeconds(seconds));
  }

  private void send(
      HttpServerResponse response, String device, String subsystem, String action, Body body) {
    Optional<Device> known = fleet.find(device);
    Optional<CommandCatalogue.Command> command = CommandCatalogue.find(subsystem, action);
    if (known.isEmpty()) {
      refuse(response, 404, "unknown_device", "no device '" + device + "' has been heard of");
      return;
    }
    if (command.isEmpty()) {
      refuse(
          response,
          404,
          ErrorCode.UNKNOWN_COMMAND,
          "there is no command " + subsystem + "/" + action);
      return;
    }
    Optional<String> problem = command.get().check(body.args);
    if (problem.isPresent()) {
      answer(
          response,
          ReplyMessage.ended(
              body.id, ReplyMessage.Status.REJECTED, ErrorCode.INVALID_ARGUMENT, problem.get()));
      return;
    }
    if (!relay.isConnected()) {
      refuse(response, 503, "broker_offline", "the collector has lost its broker; try again later");
      return;
    }
    if (!known.get().isOnline()) {
      refuse(
          response,
          503,
          ErrorCode.DEVICE_OFFLINE,
          "device '" + device + "' is offline; it was heard last at " + known.get().lastSeen());
      return;
    }
    Optional<Future<ReplyMessage>> reply =
        relay.send(
            new CommandRelay.Request(device, subsystem, action, body.id, body.args), body.timeout);
    if (reply.isEmpty()) {
      refuse(
          response, 409, "id_in_use", "another command of the id '" + body.id + "' is under way");
      return;
    }
    reply.get().onSuccess(terminal -> answer(response, terminal));
  }

  private static void answer(HttpServerResponse response, ReplyMessage reply) {
    int status =
        switch (reply.status()) {
          case DONE -> 200;
          case REJECTED -> 422;
          case CANCELLED -> 409;
          case FAILED -> 502;
          case EXPIRED, ACCEPTED -> 504;
        };
    end(response, status, reply.toJson());
  }

  static void refuse(HttpServerResponse response, int status, String code, String message) {
    end(
        response,
        status,
        new JsonObject().put("error", new JsonObject().put("code", code).put("message", message)));
  }

  private static void end(HttpServerResponse response, int status, JsonObject body) {
    if (!response.closed()) {
      response
          .setStatusCode(status)
          .putHeader("Content-Type", "application/json")
          .end(body.encode() + "\n");
    }
  }
}
