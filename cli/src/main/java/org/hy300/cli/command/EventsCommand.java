// SPDX-License-Identifier: Apache-2.0
// `hy300 events DEVICE`: the last events of a projector.
package org.hy300.cli.command;

import java.util.concurrent.Callable;
import org.hy300.cli.client.DeviceEvent;
import org.hy300.cli.client.EventList;
import org.hy300.cli.client.Exit;
import org.hy300.cli.client.FailureException;
import org.hy300.cli.terminal.Table;
import org.hy300.cli.terminal.Terminal;
import org.hy300.cli.terminal.Values;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** A picocli command. */
@Command(name = "events", description = "Shows the last twenty events of a projector.")
public final class EventsCommand implements Callable<Integer> {
  private final Options options;

  @Mixin private final DeviceQuestion question;

  public EventsCommand(Options options) {
    this.options = options;
    question = new DeviceQuestion(options);
  }

  @Override
  public Integer call() throws FailureException {
    EventList answer = question.ask("/events", EventList::of);
    if (options.json()) {
      Terminal.OUT.println(answer.json().encode());
      return Exit.DONE;
    }
    Table table = new Table().row("TIME", "SUBSYSTEM", "EVENT", "DATA");
    for (DeviceEvent each : answer.events()) {
      table.row(
          Values.time(each.time()), each.subsystem(), each.event(), Values.pairs(each.data()));
    }
    table.print();
    return Exit.DONE;
  }
}
