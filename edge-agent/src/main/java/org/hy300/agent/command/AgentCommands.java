// SPDX-License-Identifier: Apache-2.0
// Executes the agent's own commands: ping, refresh and resend.
package org.hy300.agent.command;

import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import org.hy300.agent.command.CommandReceiver.Order;
import org.hy300.agent.event.EventResender;
import org.hy300.agent.source.BridgeSource;
import org.hy300.contract.ErrorCode;
import org.hy300.contract.ReplyMessage;
import org.hy300.contract.ReplyMessage.Status;

/**
 * A ping makes a round trip to the kernel over the bridge. A refresh reads and publishes
 * everything. A resend publishes events of the journal again.
 */
public final class AgentCommands implements CommandReceiver.Executor {
  private final BridgeSource bridge;
  private final Runnable refresh;
  private final EventResender events;

  public AgentCommands(BridgeSource bridge, Runnable refresh, EventResender events) {
    this.bridge = bridge;
    this.refresh = refresh;
    this.events = events;
  }

  @Override
  public void execute(Order order) {
    if (order.action().equals("resend")) {
      resend(order);
      return;
    }
    order.run(
        () -> run(order),
        error ->
            new ReplyMessage.Reason(
                ErrorCode.UNAVAILABLE, error.getMessage() + "; is the bridge's module loaded?"));
  }

  private void resend(Order order) {
    long first = order.args().getLong("first");
    long last = order.args().getLong("last");
    if (first > last) {
      order.refuse(
          Status.REJECTED,
          ErrorCode.INVALID_ARGUMENT,
          "argument 'last' is less than 'first', which is " + first);
      return;
    }
    order.run(
        () -> events.resend(first, last),
        error ->
            new ReplyMessage.Reason(
                ErrorCode.UNAVAILABLE,
                "not all events were sent: " + error.getMessage() + "; ask again for fewer"));
  }

  private Future<JsonObject> run(Order order) {
    return switch (order.action()) {
      case "ping" ->
          bridge
              .hello()
              .map(trip -> new JsonObject().put("bridge_round_trip_seconds", trip.toNanos() / 1e9));
      case "refresh" -> {
        refresh.run();
        yield Future.succeededFuture(new JsonObject());
      }
      default -> throw new IllegalArgumentException(order.action());
    };
  }

  @Override
  public void interrupt() {}
}
