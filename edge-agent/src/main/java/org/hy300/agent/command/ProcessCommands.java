// SPDX-License-Identifier: Apache-2.0
// Executes add, remove and list on the list of watched processes.
package org.hy300.agent.command;

import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import org.hy300.agent.command.CommandReceiver.Order;
import org.hy300.agent.source.process.ProcessSource;
import org.hy300.agent.source.process.ProcessWatch;
import org.hy300.agent.source.process.WatchRefusedException;
import org.hy300.contract.ErrorCode;
import org.hy300.contract.ReplyMessage;

/** Each command returns the resulting list. */
public final class ProcessCommands implements CommandReceiver.Executor {
  private final ProcessSource source;

  public ProcessCommands(ProcessSource source) {
    this.source = source;
  }

  @Override
  public void execute(Order order) {
    order.run(
        () -> run(order),
        error ->
            new ReplyMessage.Reason(
                error instanceof WatchRefusedException refused ? refused.code() : ErrorCode.DRIVER,
                error.getMessage()));
  }

  private Future<JsonObject> run(Order order) {
    return switch (order.action()) {
      case "add" -> source.add(ProcessWatch.of(order.args()));
      case "remove" -> source.remove(ProcessWatch.of(order.args()));
      case "list" -> source.list();
      default -> throw new IllegalArgumentException(order.action());
    };
  }

  @Override
  public void interrupt() {}
}
