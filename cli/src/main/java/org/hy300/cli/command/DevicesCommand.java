// SPDX-License-Identifier: Apache-2.0
// `hy300 devices`: the fleet, one line for each projector.
package org.hy300.cli.command;

import io.vertx.core.json.JsonArray;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.hy300.cli.client.CollectorClient;
import org.hy300.cli.client.DeviceList;
import org.hy300.cli.client.DeviceSummary;
import org.hy300.cli.client.Exit;
import org.hy300.cli.client.FailureException;
import org.hy300.cli.terminal.Table;
import org.hy300.cli.terminal.Terminal;
import org.hy300.cli.terminal.Values;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** A picocli command. Joins the collector's pages into one list. */
@Command(name = "devices", description = "Lists the projectors.")
public final class DevicesCommand implements Callable<Integer> {
  private final Options options;

  @Option(
      names = "--label",
      paramLabel = "KEY=VALUE",
      description = "Only projectors with this label; repeat it to narrow further.")
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
    List<DeviceSummary> devices = new ArrayList<>();
    DeviceList last = collect(devices);
    if (options.json()) {
      JsonArray list = new JsonArray();
      devices.forEach(each -> list.add(each.json()));
      Terminal.OUT.println(last.json().put("devices", list).encode());
      return Exit.DONE;
    }
    Table table = new Table();
    if (!names) {
      table.row("DEVICE", "STATE", "LAST SEEN", "MODEL", "LABELS");
    }
    for (DeviceSummary each : devices) {
      if (names) {
        table.row(each.device());
      } else {
        table.row(
            each.device(),
            each.state(),
            Values.time(each.lastSeen()),
            each.model().orElse(""),
            Values.pairs(each.labels().entrySet()));
      }
    }
    table.print();
    return Exit.DONE;
  }

  /** Adds the matching devices of all pages, and returns the last page. */
  private DeviceList collect(List<DeviceSummary> devices) throws FailureException {
    CollectorClient collector = options.collector();
    int seconds = options.seconds(CollectorClient.ANSWER_SECONDS);
    String path = "/api/v1/devices" + (online || offline ? "?online=" + online : "");
    while (true) {
      DeviceList page = collector.get(path, seconds, DeviceList::of);
      page.devices().stream()
          .filter(each -> each.labels().entrySet().containsAll(labels.entrySet()))
          .forEach(devices::add);
      if (page.next().isEmpty()) {
        return page;
      }
      path = page.next().get();
    }
  }
}
