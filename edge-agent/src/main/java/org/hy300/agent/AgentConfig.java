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
 * The options of one agent.
 *
 * @param clockMarker file that exists while the clock is synchronised; null if it always is
 * @param processes processes that are watched from the start
 * @param homeAssistant discovery prefix of Home Assistant; empty for no discovery
 */
public record AgentConfig(
    BrokerAccess broker,
    int keepAliveSeconds,
    Projector projector,
    Drivers drivers,
    Storage storage,
    Path clockMarker,
    List<ProcessWatch> processes,
    String homeAssistant) {
  static final long MIB = 1024 * 1024;

  private static final int MAX_KEEP_ALIVE = 65_535;
  private static final int MAX_JOURNAL_MIB = 1024;

  /**
   * The projector as the fleet knows it.
   *
   * @param labels the operator's labels, such as site and room
   */
  public record Projector(String device, Map<String, String> labels, Topics topics) {
    public Projector {
      if (!Topics.isDeviceName(device)) {
        throw new IllegalArgumentException(
            "device name '"
                + device
                + "' is not made of up to 64 letters, digits, '_', '-' and '.', or is 'fleet'");
      }
      for (String name : labels.keySet()) {
        if (!Series.isLabelName(name) || name.equals("device")) {
          throw new IllegalArgumentException(
              "label '" + name + "' is not a valid Prometheus label name, or is 'device'");
        }
      }
      labels = Map.copyOf(labels);
    }
  }

  /**
   * Where the drivers are.
   *
   * @param classDirectory /sys/class/hy300
   * @param bridge the daedalus bridge, /dev/daedalus-v4l2
   * @param pipe the message pipe, /dev/kmsgpipe
   */
  public record Drivers(Path classDirectory, Path bridge, Path pipe) {}

  /**
   * The agent's files.
   *
   * @param journals holds one directory for each device
   * @param journalBytes size limit of the journal of events
   * @param runDirectory holds the file that {@code --status} reads
   */
  public record Storage(Path journals, long journalBytes, Path runDirectory) {
    public Storage {
      if (journalBytes < MIB || journalBytes > MAX_JOURNAL_MIB * MIB) {
        throw new IllegalArgumentException(
            "journal of " + journalBytes / MIB + " MiB is not within 1 to " + MAX_JOURNAL_MIB);
      }
    }
  }

  public AgentConfig {
    if (keepAliveSeconds < 1 || keepAliveSeconds > MAX_KEEP_ALIVE) {
      throw new IllegalArgumentException(
          "keep-alive of " + keepAliveSeconds + " s is not within 1 to " + MAX_KEEP_ALIVE);
    }
    if (!homeAssistant.isEmpty()
        && !Arrays.stream(homeAssistant.split("/", -1)).allMatch(Topics::isLevel)) {
      throw new IllegalArgumentException(
          "Home Assistant's prefix '" + homeAssistant + "' is not a topic such as homeassistant");
    }
    processes = List.copyOf(processes);
  }

  /**
   * The drivers' class directory: the given one, or its neighbour with the suffix {@code -fleet},
   * which the drivers use where another driver owns the name.
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
