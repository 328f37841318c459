// SPDX-License-Identifier: Apache-2.0
// `hy300 show DEVICE`: information about a projector, and its values.
package org.hy300.cli.command;

import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.hy300.cli.client.DeviceAnswer;
import org.hy300.cli.client.DeviceSummary;
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
    DeviceAnswer device = question.ask("", DeviceAnswer::of);
    DeviceSummary summary = device.summary();
    if (options.json()) {
      Terminal.OUT.println(summary.json().encode());
      return Exit.DONE;
    }
    Table head =
        new Table()
            .row("device", summary.device())
            .row("state", summary.state())
            .row("last seen", Values.time(summary.lastSeen()))
            .row("model", summary.model().orElse(""))
            .row("labels", Values.pairs(summary.labels().entrySet()))
            .row("kernel", device.kernel().orElse(""))
            .row("agent", device.agentVersion().orElse(""))
            .row("subsystems", String.join(" ", device.subsystems()))
            .row("settings", SettingsCommand.text(device.settings()));
    head.print();
    Table values = new Table();
    new TreeMap<>(device.values()).forEach((name, value) -> values.row(name, Values.text(value)));
    Terminal.OUT.println();
    values.print();
    return Exit.DONE;
  }
}
