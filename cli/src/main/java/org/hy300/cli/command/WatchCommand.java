// SPDX-License-Identifier: Apache-2.0
// `hy300 watch [DEVICE]`: changes as they come, from the collector's streams.
package org.hy300.cli.command;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.Callable;
import org.hy300.cli.client.CollectorClient;
import org.hy300.cli.client.EventStream;
import org.hy300.cli.client.Exit;
import org.hy300.cli.client.FailureException;
import org.hy300.cli.client.NotAdmittedException;
import org.hy300.cli.terminal.Changes;
import org.hy300.cli.terminal.Terminal;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** A picocli command, which goes on until the user ends it. */
@Command(
    name = "watch",
    description = {
      "Shows the fleet, or one projector with all its values, and then each change as it comes;"
          + " Ctrl-C ends it.",
    })
public final class WatchCommand implements Callable<Integer> {
  /** The collector writes every 15 s, if only a comment. */
  private static final int SILENCE_SECONDS = 45;

  private static final long AGAIN_MS = 1_000;
  private static final int REMEMBERED = 100;

  private final Options options;
  private final Changes changes = new Changes();

  /** Events by their identifiers: a stream that begins again begins with the last twenty. */
  private final Set<String> shown = new LinkedHashSet<>();

  @Parameters(
      index = "0",
      arity = "0..1",
      paramLabel = "DEVICE",
      description = "Name of a projector; all without it.",
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
      try (EventStream stream = new EventStream(collector.stream(path, SILENCE_SECONDS))) {
        told = false;
        for (var event = stream.next(); event != null; event = stream.next()) {
          show(event);
          if (Terminal.OUT.checkError()) {
            return Exit.DONE;
          }
        }
      } catch (FailureException e) {
        // A collector that has been started again may not have heard of the device yet.
        if (first || e instanceof NotAdmittedException) {
          throw e;
        }
      } catch (IOException e) {
        // Like its end: asked again.
      }
      if (!told) {
        told = true;
        Terminal.say("the collector has ended the stream; trying again until it is back");
      }
      Thread.sleep(AGAIN_MS);
    }
    return Exit.DONE;
  }

  private void show(EventStream.Event event) {
    JsonObject data = event.data();
    switch (event.name()) {
      case "collector" -> {
        if (!data.getBoolean("broker_connected", true)) {
          Terminal.say("the collector has lost its broker: what it shows may be old");
        }
      }
      case "rows" -> data.getJsonArray("rows").forEach(row -> row("row", (JsonObject) row));
      case "device" -> row("device", data);
      case "event" -> {
        if (!shown.add(data.getString("id"))) {
          return;
        }
        if (shown.size() > REMEMBERED) {
          shown.remove(shown.iterator().next());
        }
        if (options.json()) {
          line("event", data);
        } else {
          Terminal.OUT.println(changes.event(device, data));
        }
      }
      case "removed" -> removed(data.getJsonArray("devices"));
      default -> {
        // Word of a new frame, and what only a page needs.
      }
    }
  }

  private void row(String kind, JsonObject row) {
    String changed = changes.of(row);
    if (!changed.isEmpty()) {
      if (options.json()) {
        line(kind, row);
      } else {
        Terminal.OUT.println(changed);
      }
    }
  }

  private void removed(JsonArray devices) {
    for (Object each : devices) {
      changes.forget((String) each);
      if (options.json()) {
        line("removed", new JsonObject().put("device", each));
      } else {
        Terminal.OUT.println(Terminal.plain(each + "  forgotten"));
      }
    }
  }

  private static void line(String kind, JsonObject data) {
    Terminal.OUT.println(new JsonObject().put("change", kind).put("data", data).encode());
  }
}
