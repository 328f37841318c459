// SPDX-License-Identifier: Apache-2.0
// A device's description as the labels of hy300_device_info.
package org.hy300.collector.fleet;

import java.nio.charset.StandardCharsets;
import java.util.Set;
import org.hy300.contract.InfoMessage;

/** Written once for each info message, because a page has one for every device. */
final class InfoLabels {
  /** Labels that the operator's labels cannot override. */
  private static final Set<String> OWN = Set.of("device", "model", "kernel", "agent_version");

  private InfoLabels() {}

  /** The labels after {@code device}, escaped as in the exposition format. */
  static byte[] of(InfoMessage info) {
    StringBuilder text = new StringBuilder();
    add(text, "model", info.model());
    add(text, "kernel", info.kernel());
    add(text, "agent_version", info.agentVersion());
    info.labels().keySet().stream()
        .filter(name -> !OWN.contains(name))
        .sorted()
        .forEach(name -> add(text, name, info.labels().get(name)));
    return text.toString().getBytes(StandardCharsets.UTF_8);
  }

  private static void add(StringBuilder text, String name, String value) {
    String escaped = value.replace("\\", "\\\\").replace("\n", "\\n").replace("\"", "\\\"");
    text.append(',').append(name).append("=\"").append(escaped).append('"');
  }
}
