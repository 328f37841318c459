// SPDX-License-Identifier: Apache-2.0
// The devices that a command is for: one by name, or several by labels.
package org.hy300.cli.command;

import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.hy300.cli.client.Exit;
import org.hy300.cli.client.FailureException;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** A picocli mixin; without its options the first word is the name of a device. */
final class Selection {
  @Parameters(
      index = "0",
      arity = "0..1",
      paramLabel = "DEVICE",
      description = "Name of a projector.",
      completionCandidates = DeviceNames.class)
  private String first;

  @Option(
      names = "--label",
      paramLabel = "KEY=VALUE",
      description =
          "Instead of DEVICE: all projectors with this label; repeat it to narrow further.")
  private Map<String, String> labels = new LinkedHashMap<>();

  @Option(names = "--all", description = "Instead of DEVICE: the whole fleet.")
  private boolean all;

  /**
   * All words after a command's name, in order.
   *
   * @param others the words after the first
   */
  List<String> words(List<String> others) {
    List<String> words = new ArrayList<>(others);
    if (first != null) {
      words.add(0, first);
    }
    return words;
  }

  boolean several() {
    return all || !labels.isEmpty();
  }

  /** The fields of a request that select the devices. */
  JsonObject json() throws FailureException {
    if (all && !labels.isEmpty()) {
      throw new FailureException(Exit.USAGE, "--all and --label exclude each other");
    }
    if (all) {
      return new JsonObject().put("select", "all");
    }
    JsonObject select = new JsonObject();
    labels.forEach(select::put);
    return new JsonObject().put("select", select);
  }
}
