// SPDX-License-Identifier: Apache-2.0
// Commands by HTTP: to one device or to several, with the answer at once or to be asked for.
package org.hy300.collector.http;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.hy300.collector.access.Gate;
import org.hy300.collector.fleet.Device;
import org.hy300.collector.fleet.Fleet;
import org.hy300.collector.relay.Command;
import org.hy300.collector.relay.CommandRelay;
import org.hy300.collector.relay.CommandRequest;
import org.hy300.collector.relay.RefusedException;
import org.hy300.collector.relay.Selection;
import org.hy300.contract.CommandCatalogue;
import org.hy300.contract.CommandEntry;
import org.hy300.contract.ErrorCode;
import org.hy300.contract.MalformedMessageException;
import org.hy300.contract.ReplyMessage;
import org.hy300.contract.ReplyMessage.Status;

/** Belongs to the event loop. */
final class CommandHandler {
  private static final String COMMANDS = "/api/v1/commands/";

  private static final Map<String, Integer> REFUSALS =
      Map.of(
          ErrorCode.ID_IN_USE, 409,
          ErrorCode.NO_DEVICE, 404,
          ErrorCode.STOPPING, 503,
          ErrorCode.BUSY, 503);

  private final Vertx vertx;
  private final Gate gate;
  private final Fleet fleet;
  private final CommandRelay relay;
  private final BooleanSupplier connected;

  /** Completes when the collector stops: nobody waits longer than that. */
  private final Future<Void> stopping;

  CommandHandler(
      Vertx vertx,
      Gate gate,
      Fleet fleet,
      CommandRelay relay,
      BooleanSupplier connected,
      Future<Void> stopping) {
    this.vertx = vertx;
    this.gate = gate;
    this.fleet = fleet;
    this.relay = relay;
    this.connected = connected;
    this.stopping = stopping;
  }

  /** POST /api/v1/devices/{device}/commands/{subsystem}/{action}. */
  void one(Exchange exchange) {
    exchange.body(
        vertx,
        json -> {
          try {
            one(exchange, CommandBody.parse(exchange, json));
          } catch (MalformedMessageException e) {
            exchange.refuse(400, ErrorCode.MALFORMED, e.getMessage());
          } catch (RefusedException e) {
            refuse(exchange, e);
          }
        });
  }

  private void one(Exchange exchange, CommandBody body) throws RefusedException {
    String name = exchange.parameter("device");
    Optional<Device> device = fleet.find(name);
    if (device.isEmpty()) {
      exchange.refuse(404, ErrorCode.UNKNOWN_DEVICE, "no device '" + name + "' has been heard of");
      return;
    }
    if (!mayGo(exchange, body)) {
      return;
    }
    // Who asks again for what is under way is answered, whether the device is there or not.
    if (relay.find(body.id()).isEmpty() && !device.get().isOnline()) {
      exchange.refuse(
          503,
          ErrorCode.DEVICE_OFFLINE,
          "device '" + name + "' is offline; it was heard last at " + device.get().lastSeen());
      return;
    }
    Command command =
        relay.submit(
            request(exchange, body, new JsonObject().put("device", name)),
            List.of(name),
            List.of());
    if (isAsync(exchange)) {
      accept(exchange, command);
    } else {
      await(exchange, command, body.timeout(), () -> answer(exchange.response(), command, name));
    }
  }

  /** POST /api/v1/commands. */
  void several(Exchange exchange) {
    exchange.body(
        vertx,
        json -> {
          try {
            several(exchange, CommandBody.parse(exchange, json), Selection.of(json, fleet));
          } catch (MalformedMessageException e) {
            exchange.refuse(400, ErrorCode.MALFORMED, e.getMessage());
          } catch (RefusedException e) {
            refuse(exchange, e);
          }
        });
  }

  private void several(Exchange exchange, CommandBody body, Selection selection)
      throws RefusedException {
    if (!mayGo(exchange, body)) {
      return;
    }
    if (selection.devices().isEmpty() && selection.unknown().isEmpty()) {
      throw new RefusedException(ErrorCode.NO_DEVICE, "no device has the labels of 'select'");
    }
    Command command =
        relay.submit(
            request(exchange, body, selection.asked()), selection.devices(), selection.unknown());
    if (isAsync(exchange)) {
      accept(exchange, command);
    } else {
      await(
          exchange,
          command,
          body.timeout(),
          () -> exchange.json(command.isOpen() ? 202 : 200, command.toJson()));
    }
  }

  /** GET /api/v1/commands/{id}. */
  void find(Exchange exchange) {
    String id = exchange.parameter("id");
    relay
        .find(id)
        .ifPresentOrElse(
            command -> exchange.json(200, command.toJson()),
            () ->
                exchange.refuse(
                    404, "unknown_command_id", "no command '" + id + "' is remembered"));
  }

  private boolean mayGo(Exchange exchange, CommandBody body) {
    Optional<CommandEntry> command = CommandCatalogue.find(body.subsystem(), body.action());
    String name = body.subsystem() + "/" + body.action();
    if (command.isEmpty()) {
      exchange.refuse(404, ErrorCode.UNKNOWN_COMMAND, "there is no command " + name);
      return false;
    }
    Optional<Gate.Verdict> forbidden = gate.mayDo(exchange.principal(), command.get().role());
    if (forbidden.isPresent()) {
      exchange.refuse(403, forbidden.get().code(), forbidden.get().message());
      return false;
    }
    Optional<String> problem = command.get().check(body.args());
    if (problem.isPresent()) {
      Answers.json(
          exchange.response(),
          422,
          ReplyMessage.ended(body.id(), Status.REJECTED, ErrorCode.INVALID_ARGUMENT, problem.get())
              .toJson());
      return false;
    }
    if (!connected.getAsBoolean()) {
      exchange.refuse(503, "broker_offline", "the collector has lost its broker; try again later");
      return false;
    }
    return true;
  }

  private static CommandRequest request(Exchange exchange, CommandBody body, JsonObject asked) {
    Instant now = Instant.now().truncatedTo(ChronoUnit.MILLIS);
    return new CommandRequest(
        body.id(),
        body.subsystem(),
        body.action(),
        body.args(),
        now,
        now.plus(body.timeout()),
        exchange.principal().name(),
        CommandRequest.Via.HTTP,
        asked);
  }

  private static boolean isAsync(Exchange exchange) {
    return "true".equals(exchange.request().getParam("async"));
  }

  private void accept(Exchange exchange, Command command) {
    command
        .kept()
        .onSuccess(
            kept -> {
              exchange.response().putHeader("Location", COMMANDS + command.request().id());
              exchange.json(202, command.toJson());
            });
  }

  /** Answers when the command has ended, and no later than it may be waited for. */
  private void await(Exchange exchange, Command command, Duration timeout, Runnable answer) {
    exchange.response().putHeader("Location", COMMANDS + command.request().id());
    Promise<Void> due = Promise.promise();
    long timer =
        vertx.setTimer(
            timeout.toMillis(),
            late -> {
              // Beyond its expiry a command that has not begun ends by itself.
              if (command.isBegun()) {
                due.tryComplete();
              }
            });
    command.ended().onComplete(ended -> due.tryComplete());
    stopping.onComplete(stops -> due.tryComplete());
    due.future()
        .onComplete(
            done -> {
              vertx.cancelTimer(timer);
              if (command.isOpen() && stopping.isComplete()) {
                exchange.refuse(
                    503,
                    ErrorCode.STOPPING,
                    "the collector is being stopped; the command goes on, ask for it at "
                        + COMMANDS
                        + command.request().id());
              } else {
                answer.run();
              }
            });
  }

  private static void answer(HttpServerResponse response, Command command, String device) {
    if (command.isOpen()) {
      ReplyMessage unfinished =
          ReplyMessage.ended(
              command.request().id(),
              Status.ACCEPTED,
              ErrorCode.TIMEOUT,
              "accepted, but it did not end in time; ask again with the same id");
      Answers.json(response, 504, unfinished.toJson());
    } else {
      ReplyMessage reply = command.reply(device);
      Answers.json(response, status(reply), reply.toJson());
    }
  }

  private static int status(ReplyMessage reply) {
    return switch (reply.status()) {
      case DONE -> 200;
      case REJECTED -> 422;
      case CANCELLED -> 409;
      case FAILED -> 502;
      case EXPIRED, ACCEPTED -> 504;
    };
  }

  private static void refuse(Exchange exchange, RefusedException why) {
    exchange.refuse(REFUSALS.get(why.code()), why.code(), why.getMessage());
  }
}
