// SPDX-License-Identifier: Apache-2.0
// `hy300 watch [DEVICE]`: changes as they happen, from the collector's streams.
package org.hy300.cli.command;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.Callable;
import org.hy300.cli.client.CollectorClient;
import org.hy300.cli.client.DeviceEvent;
import org.hy300.cli.client.EventStream;
import org.hy300.cli.client.Exit;
import org.hy300.cli.client.FailureException;
import org.hy300.cli.client.ForeignAnswerException;
import org.hy300.cli.client.LiveMessage;
import org.hy300.cli.client.LiveMessage.Row;
import org.hy300.cli.client.NotAdmittedException;
import org.hy300.cli.terminal.Terminal;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** A picocli command, which runs until the user ends it. */
@Command(
    name = "watch",
    description = {
      "Shows the fleet, or one projector with all its values, then each change;"
          + " Ctrl-C stops it.",
    })
public final class WatchCommand implements Callable<Integer> {
  /** The collector writes every 15 s, even if only a comment. */
  private static final int SILENCE_SECONDS = 45;

  private static final long AGAIN_MS = 1_000;
  private static final int REMEMBERED = 100;

  private final Options options;
  private final Changes changes = new Changes();

  /** Identifiers of printed events: a reopened stream starts with the last twenty. */
  private final Set<String> shown = new LinkedHashSet<>();

  @Parameters(
      index = "0",
      arity = "0..1",
      paramLabel = "DEVICE",
      description = "Name of a projector (all).",
      completionCandidates = DeviceNames.class)
  private String device;

  public WatchCommand(Options options) {
    this.options = options;
  }

  @Override
  public Integer call() throws FailureException, InterruptedException {
    CollectorClient collector = options.collector();
    String path = device == null ? "/api/v1/live" : DeviceQuestion.path(device, "/live");
    boolean told = false;
    for (boolean first = true; !Terminal.OUT.checkError(); first = false) {
      try (EventStream stream = collector.stream(path, SILENCE_SECONDS)) {
        told = false;
        for (var message = stream.next(); message != null; message = stream.next()) {
          show(message);
          if (Terminal.OUT.checkError()) {
            return Exit.DONE;
          }
        }
      } catch (FailureException e) {
        // A restarted collector may not have heard from the device yet.
        if (first || e instanceof NotAdmittedException || e instanceof ForeignAnswerException) {
          throw e;
        }
      } catch (IOException e) {
        // Retries, as at the stream's end.
      }
      if (!told) {
        told = true;
        Terminal.say("the collector has ended the stream; trying again until it is back");
      }
      Thread.sleep(AGAIN_MS);
    }
    return Exit.DONE;
  }

  private void show(LiveMessage message) {
    if (message instanceof LiveMessage.Connection connection) {
      if (!connection.brokerConnected()) {
        Terminal.say("the collector has lost its broker: what it shows may be old");
      }
    } else if (message instanceof LiveMessage.Rows some) {
      some.rows().forEach(row -> row("row", row));
    } else if (message instanceof LiveMessage.Device one) {
      row("device", one.row());
    } else if (message instanceof LiveMessage.Happened news) {
      happened(news.event());
    } else if (message instanceof LiveMessage.Removed removed) {
      removed.devices().forEach(this::removed);
    }
  }

  private void row(String kind, Row row) {
    String changed = changes.of(row);
    if (!changed.isEmpty()) {
      if (options.json()) {
        line(kind, row.summary().json());
      } else {
        Terminal.OUT.println(changed);
      }
    }
  }

  private void happened(DeviceEvent event) {
    if (!shown.add(event.id())) {
      return;
    }
    if (shown.size() > REMEMBERED) {
      shown.remove(shown.iterator().next());
    }
    if (options.json()) {
      line("event", event.json());
    } else {
      Terminal.OUT.println(Changes.event(device, event));
    }
  }

  private void removed(String forgotten) {
    changes.forget(forgotten);
    if (options.json()) {
      line("removed", new JsonObject().put("device", forgotten));
    } else {
      Terminal.OUT.println(Terminal.plain(forgotten + "  forgotten"));
    }
  }

  private static void line(String kind, JsonObject data) {
    Terminal.OUT.println(new JsonObject().put("change", kind).put("data", data).encode());
  }
}
