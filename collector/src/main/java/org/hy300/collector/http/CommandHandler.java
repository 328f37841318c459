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
import java.util.Map;
import java.util.function.Consumer;
import org.hy300.collector.access.Gate;
import org.hy300.collector.fleet.Fleet;
import org.hy300.collector.relay.Command;
import org.hy300.collector.relay.CommandIntake;
import org.hy300.collector.relay.CommandRelay;
import org.hy300.collector.relay.CommandRequest;
import org.hy300.collector.relay.RefusedException;
import org.hy300.collector.relay.Selection;
import org.hy300.contract.CommandSchemas;
import org.hy300.contract.ErrorCode;
import org.hy300.contract.MalformedMessageException;
import org.hy300.contract.ReplyMessage;
import org.hy300.contract.ReplyMessage.Status;

/** Belongs to the event loop. */
final class CommandHandler {
  private static final String COMMANDS = "/api/v1/commands/";

  /** How a refusal is answered; a wrong argument is answered as a device would. */
  private static final Map<String, Integer> REFUSALS =
      Map.ofEntries(
          Map.entry(ErrorCode.UNKNOWN_COMMAND, 404),
          Map.entry(ErrorCode.UNKNOWN_DEVICE, 404),
          Map.entry(ErrorCode.NO_DEVICE, 404),
          Map.entry(Gate.FORBIDDEN, 403),
          Map.entry(ErrorCode.ID_IN_USE, 409),
          Map.entry(ErrorCode.UNAVAILABLE, 409),
          Map.entry(ErrorCode.EXPIRED, 504),
          Map.entry(ErrorCode.DEVICE_OFFLINE, 503),
          Map.entry(CommandIntake.BROKER_OFFLINE, 503),
          Map.entry(ErrorCode.STOPPING, 503),
          Map.entry(ErrorCode.BUSY, 503));

  private final Vertx vertx;
  private final Fleet fleet;
  private final CommandRelay relay;
  private final CommandIntake intake;
  private final Denials denials;

  /** Completes when the collector stops: nobody waits longer than that. */
  private final Future<Void> stopping;

  CommandHandler(
      Vertx vertx,
      Fleet fleet,
      CommandRelay relay,
      CommandIntake intake,
      Denials denials,
      Future<Void> stopping) {
    this.denials = denials;
    this.vertx = vertx;
    this.fleet = fleet;
    this.relay = relay;
    this.intake = intake;
    this.stopping = stopping;
  }

  /** GET /api/v1/catalogue. */
  void catalogue(Exchange exchange) {
    exchange.json(200, CommandSchemas.catalogue());
  }

  /** POST /api/v1/devices/{device}/commands/{subsystem}/{action}. */
  void one(Exchange exchange) {
    String device = exchange.parameter("device");
    take(
        exchange,
        json -> Selection.one(device, fleet),
        command -> answer(exchange.response(), command, device));
  }

  /** POST /api/v1/commands. */
  void several(Exchange exchange) {
    take(
        exchange,
        json -> Selection.of(json, fleet),
        command -> exchange.json(command.isOpen() ? 202 : 200, command.toJson()));
  }

  private interface Selecting {
    Selection of(JsonObject body) throws MalformedMessageException;
  }

  /** Takes a command in, and answers at once or when it may be waited for no longer. */
  private void take(Exchange exchange, Selecting devices, Consumer<Command> answer) {
    exchange.body(
        vertx,
        json -> {
          String id = null;
          String name = null;
          try {
            CommandBody body = CommandBody.parse(exchange, json);
            id = body.id();
            name = body.subsystem() + "/" + body.action();
            Selection selection = devices.of(json);
            Command command =
                intake.take(request(exchange, body, selection), exchange.principal(), selection);
            if (isAsync(exchange)) {
              accept(exchange, command);
            } else {
              await(exchange, command, body.timeout(), () -> answer.accept(command));
            }
          } catch (MalformedMessageException e) {
            exchange.refuse(400, ErrorCode.MALFORMED, e.getMessage());
          } catch (RefusedException e) {
            if (e.code().equals(Gate.FORBIDDEN)) {
              denials.write(exchange.request(), exchange.principal(), e.code(), name);
            }
            refuse(exchange, id, e);
          }
        });
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

  private static CommandRequest request(Exchange exchange, CommandBody body, Selection selection) {
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
        selection.asked());
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

  private static void refuse(Exchange exchange, String id, RefusedException why) {
    if (why.code().equals(ErrorCode.INVALID_ARGUMENT)) {
      Answers.json(
          exchange.response(),
          422,
          ReplyMessage.ended(id, Status.REJECTED, why.code(), why.getMessage()).toJson());
    } else {
      exchange.refuse(REFUSALS.get(why.code()), why.code(), why.getMessage());
    }
  }
}
