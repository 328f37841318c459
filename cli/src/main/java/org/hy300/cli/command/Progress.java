// SPDX-License-Identifier: Apache-2.0
// One line on a terminal that shows the progress of a pending command.
package org.hy300.cli.command;

import java.util.Map;
import org.hy300.cli.client.CollectorClient;
import org.hy300.cli.client.CommandAnswer.Command;
import org.hy300.cli.client.DeviceAnswer;
import org.hy300.cli.client.FailureException;
import org.hy300.cli.terminal.Terminal;
import org.hy300.cli.terminal.Values;

/** A motor's progress is read from the device, because a reply comes only at the end. */
final class Progress {
  private static final long EVERY_MS = 500;
  private static final String CLEAR_LINE = "\r\u001b[K";
  private static final String POSITION = "hy300_motor_position_steps";
  private static final String TARGET = "hy300_motor_target_steps";
  private static final String HOMED = "hy300_motor_homed";

  private final Order order;
  private final CollectorClient collector;
  private final String id;
  private final long began = System.nanoTime();
  private final Thread thread;
  private boolean closed;

  Progress(Order order, CollectorClient collector, String id) {
    this.order = order;
    this.collector = collector;
    this.id = id;
    thread = new Thread(this::run, "progress");
    thread.setDaemon(true);
    if (Terminal.showsProgress()) {
      thread.start();
    }
  }

  private void run() {
    try {
      while (true) {
        // Sleeps first: most commands end within this time and need no line.
        Thread.sleep(EVERY_MS);
        show(line());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private String line() {
    String text =
        order.device().orElse("the selection")
            + ": "
            + order.command()
            + ", "
            + (System.nanoTime() - began) / 1_000_000_000
            + " s";
    try {
      return text + state();
    } catch (FailureException e) {
      // The command's answer will report the error.
      return text;
    }
  }

  private String state() throws FailureException {
    if (order.device().isEmpty()) {
      Command command =
          collector.get("/api/v1/commands/" + id, CollectorClient.ANSWER_SECONDS, Command::of);
      long ended = command.targets().stream().filter(each -> each.ended().isPresent()).count();
      return ", " + ended + " of " + command.targets().size() + " have ended";
    }
    if (!order.command().startsWith("motor/")) {
      return "";
    }
    Map<String, Number> values =
        collector
            .get(
                "/api/v1/devices/" + order.device().get(),
                CollectorClient.ANSWER_SECONDS,
                DeviceAnswer::of)
            .values();
    if (values.containsKey(HOMED) && values.get(HOMED).intValue() == 0) {
      return ", position not known";
    }
    return values.containsKey(POSITION)
        ? ", at " + Values.text(values.get(POSITION)) + target(values)
        : "";
  }

  private static String target(Map<String, Number> values) {
    return values.containsKey(TARGET) ? " of " + Values.text(values.get(TARGET)) : "";
  }

  private synchronized void show(String line) {
    if (!closed) {
      Terminal.ERR.print(CLEAR_LINE + Terminal.plain(line));
      Terminal.ERR.flush();
    }
  }

  /** Clears the line. */
  static void clear() {
    if (Terminal.showsProgress()) {
      Terminal.ERR.print(CLEAR_LINE);
      Terminal.ERR.flush();
    }
  }

  synchronized void end() {
    closed = true;
    thread.interrupt();
    clear();
  }
}
