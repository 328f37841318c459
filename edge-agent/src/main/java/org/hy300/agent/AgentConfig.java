// SPDX-License-Identifier: Apache-2.0
// The agent's options, checked.
package org.hy300.agent;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.hy300.agent.source.process.ProcessWatch;
import org.hy300.contract.Series;
import org.hy300.contract.Topics;
import org.hy300.mqtt.BrokerAccess;

/**
 * What one agent is told.
 *
 * @param classDirectory where the drivers show themselves, /sys/class/hy300
 * @param bridge the daedalus bridge, /dev/daedalus-v4l2
 * @param pipe the message pipe, /dev/kmsgpipe
 * @param labels what the operator calls the device: site, room and the like
 * @param processes which processes are watched from the start
 * @param journals where journals are kept; each device has a directory below
 * @param journalBytes most that the journal of events takes
 * @param clockMarker the file that says that the clock is synchronised; null when it always is
 * @param runDirectory where the agent says what it is doing
 * @param homeAssistant the prefix under which Home Assistant looks for devices; empty for none
 */
public record AgentConfig(
    BrokerAccess broker,
    String device,
    int keepAliveSeconds,
    Path classDirectory,
    Path bridge,
    Path pipe,
    Topics topics,
    Map<String, String> labels,
    List<ProcessWatch> processes,
    Path journals,
    long journalBytes,
    Path clockMarker,
    Path runDirectory,
    String homeAssistant) {
  static final long MIB = 1024 * 1024;

  private static final int MAX_KEEP_ALIVE = 65_535;
  private static final int MAX_JOURNAL_MIB = 1024;

  public AgentConfig {
    if (!Topics.isDeviceName(device)) {
      throw new IllegalArgumentException(
          "device name '"
              + device
              + "' is not made of up to 64 letters, digits, '_', '-' and '.', or is 'fleet'");
    }
    if (keepAliveSeconds < 1 || keepAliveSeconds > MAX_KEEP_ALIVE) {
      throw new IllegalArgumentException(
          "keep-alive of " + keepAliveSeconds + " s is not within 1 to " + MAX_KEEP_ALIVE);
    }
    if (journalBytes < MIB || journalBytes > MAX_JOURNAL_MIB * MIB) {
      throw new IllegalArgumentException(
          "journal of " + journalBytes / MIB + " MiB is not within 1 to " + MAX_JOURNAL_MIB);
    }
    if (!homeAssistant.isEmpty()
        && !Arrays.stream(homeAssistant.split("/", -1)).allMatch(Topics::isLevel)) {
      throw new IllegalArgumentException(
          "Home Assistant's prefix '" + homeAssistant + "' is no topic such as homeassistant");
    }
    for (String name : labels.keySet()) {
      if (!Series.isLabelName(name) || name.equals("device")) {
        throw new IllegalArgumentException(
            "label '" + name + "' is no label name that Prometheus takes, or is 'device'");
      }
    }
    labels = Map.copyOf(labels);
    processes = List.copyOf(processes);
  }

  /**
   * The drivers' class: the one that is named, or that beside it which the drivers take where
   * another kernel's driver has the name already.
   */
  static Path driverClass(Path named) {
    Path beside = named.resolveSibling(named.getFileName() + "-fleet");
    return Files.isDirectory(beside) ? beside : named;
  }

  /** Parses {@code name=kodi,unit=ssh.service,pid=1}; an empty text gives none. */
  static List<ProcessWatch> parseProcesses(String text) {
    return Arrays.stream(text.split(",", -1))
        .filter(watch -> !watch.isBlank())
        .map(ProcessWatch::parse)
        .toList();
  }

  /** Parses {@code site=berlin,room=a2}; an empty text gives no labels. */
  static Map<String, String> parseLabels(String text) {
    Map<String, String> labels = new TreeMap<>();
    for (String pair : text.split(",", -1)) {
      String[] sides = pair.split("=", 2);
      if (pair.isBlank()) {
        continue;
      }
      if (sides.length != 2) {
        throw new IllegalArgumentException("label '" + pair + "' is not of the form name=value");
      }
      labels.put(sides[0].strip(), sides[1].strip());
    }
    return labels;
  }
}
