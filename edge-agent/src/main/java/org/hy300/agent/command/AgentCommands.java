// SPDX-License-Identifier: Apache-2.0
// Executes the commands to the agent itself: ping and refresh.
package org.hy300.agent.command;

import io.vertx.core.json.JsonObject;
import org.hy300.agent.command.CommandReceiver.Order;
import org.hy300.agent.source.BridgeSource;
import org.hy300.contract.ErrorCode;
import org.hy300.contract.ReplyMessage.Status;

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
    if (!order.accept()) {
      return;
    }
    if (order.action().equals("refresh")) {
      refresh.run();
      order.done(new JsonObject());
      return;
    }
    bridge
        .hello()
        .onSuccess(
            trip ->
                order.done(new JsonObject().put("bridge_round_trip_seconds", trip.toNanos() / 1e9)))
        .onFailure(
            error ->
                order.refuse(
                    Status.FAILED,
                    ErrorCode.UNAVAILABLE,
                    error.getMessage() + "; is the bridge's module loaded?"));
  }

  @Override
  public void interrupt() {}
}
