// SPDX-License-Identifier: Apache-2.0
// `hy300 show DEVICE`: what is known of a projector, and its values.
package org.hy300.cli.command;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.hy300.cli.client.Exit;
import org.hy300.cli.client.FailureException;
import org.hy300.cli.terminal.Table;
import org.hy300.cli.terminal.Terminal;
import org.hy300.cli.terminal.Values;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** A picocli command. */
@Command(name = "show", description = "Shows a projector and its values, as Prometheus names them.")
public final class ShowCommand implements Callable<Integer> {
  private final Options options;

  @Mixin private final DeviceQuestion question;

  public ShowCommand(Options options) {
    this.options = options;
    question = new DeviceQuestion(options);
  }

  @Override
  public Integer call() throws FailureException {
    JsonObject device = question.ask("");
    if (options.json()) {
      Terminal.OUT.println(device.encode());
      return Exit.DONE;
    }
    Table head =
        new Table()
            .row("device", device.getString("device"))
            .row("state", device.getBoolean("online") ? "online" : "offline")
            .row("last seen", Values.time(device, "last_seen"))
            .row("model", device.getString("model", ""))
            .row("labels", Values.pairs(device.getJsonObject("labels")))
            .row("kernel", device.getString("kernel", ""))
            .row("agent", device.getString("agent_version", ""))
            .row(
                "subsystems",
                device.getJsonArray("subsystems", new JsonArray()).stream()
                    .map(String::valueOf)
                    .collect(Collectors.joining(" ")))
            .row("settings", SettingsCommand.text(device.getJsonObject("settings")));
    head.print();
    Table values = new Table();
    device.getJsonObject("values").stream()
        .sorted((a, b) -> a.getKey().compareTo(b.getKey()))
        .forEach(each -> values.row(each.getKey(), Values.text(each.getValue())));
    Terminal.OUT.println();
    values.print();
    return Exit.DONE;
  }
}
