// SPDX-License-Identifier: Apache-2.0
// `hy300 devices`: the fleet, one line for each projector.
package org.hy300.cli.command;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import org.hy300.cli.client.CollectorClient;
import org.hy300.cli.client.Exit;
import org.hy300.cli.client.FailureException;
import org.hy300.cli.terminal.Table;
import org.hy300.cli.terminal.Terminal;
import org.hy300.cli.terminal.Values;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** A picocli command. The collector's pages become one list. */
@Command(name = "devices", description = "Lists the projectors.")
public final class DevicesCommand implements Callable<Integer> {
  private final Options options;

  @Option(
      names = "--label",
      paramLabel = "KEY=VALUE",
      description = "Only those that have this label; each further one narrows.")
  private Map<String, String> labels = new LinkedHashMap<>();

  @Option(names = "--online", description = "Only those that are online.")
  private boolean online;

  @Option(names = "--offline", description = "Only those that are offline.")
  private boolean offline;

  @Option(names = "--names", description = "Print only the names.")
  private boolean names;

  public DevicesCommand(Options options) {
    this.options = options;
  }

  @Override
  public Integer call() throws FailureException {
    if (online && offline) {
      throw new FailureException(Exit.USAGE, "--online and --offline exclude each other");
    }
    JsonObject list = list();
    if (options.json()) {
      Terminal.OUT.println(list.encode());
      return Exit.DONE;
    }
    Table table = new Table();
    if (!names) {
      table.row("DEVICE", "STATE", "LAST SEEN", "MODEL", "LABELS");
    }
    for (Object each : list.getJsonArray("devices")) {
      JsonObject device = (JsonObject) each;
      if (names) {
        table.row(device.getString("device"));
      } else {
        table.row(
            device.getString("device"),
            device.getBoolean("online") ? "online" : "offline",
            Values.time(device, "last_seen"),
            device.getString("model", ""),
            Values.pairs(device.getJsonObject("labels")));
      }
    }
    table.print();
    return Exit.DONE;
  }

  private JsonObject list() throws FailureException {
    CollectorClient collector = options.collector();
    int seconds = options.seconds(CollectorClient.ANSWER_SECONDS);
    JsonArray devices = new JsonArray();
    String path = "/api/v1/devices" + (online || offline ? "?online=" + online : "");
    JsonObject page;
    do {
      page = collector.get(path, seconds);
      page.getJsonArray("devices").stream()
          .filter(device -> hasLabels((JsonObject) device))
          .forEach(devices::add);
      path = page.getString("next");
    } while (path != null);
    return page.put("devices", devices);
  }

  private boolean hasLabels(JsonObject device) {
    JsonObject has = device.getJsonObject("labels", new JsonObject());
    return labels.entrySet().stream().allMatch(w -> w.getValue().equals(has.getString(w.getKey())));
  }
}
