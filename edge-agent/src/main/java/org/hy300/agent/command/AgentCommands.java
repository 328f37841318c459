// SPDX-License-Identifier: Apache-2.0
// Executes the commands to the agent itself: ping and refresh.
package org.hy300.agent.command;

import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import org.hy300.agent.command.CommandReceiver.Order;
import org.hy300.agent.source.BridgeSource;
import org.hy300.contract.ErrorCode;
import org.hy300.contract.ReplyMessage;

/** A ping goes through the bridge to the kernel and back; a refresh reads and publishes all. */
public final class AgentCommands implements CommandReceiver.Executor {
  private final BridgeSource bridge;
  private final Runnable refresh;

  public AgentCommands(BridgeSource bridge, Runnable refresh) {
    this.bridge = bridge;
    this.refresh = refresh;
  }

  @Override
  public void execute(Order order) {
    order.run(
        () -> run(order),
        error ->
            new ReplyMessage.Reason(
                ErrorCode.UNAVAILABLE, error.getMessage() + "; is the bridge's module loaded?"));
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
