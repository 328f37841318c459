// SPDX-License-Identifier: Apache-2.0
// Builds and parses the MQTT topics of one installation.
package org.hy300.contract;

import java.util.Arrays;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Topic names below one root, by default {@value #DEFAULT_ROOT} (specification: messages).
 *
 * @param root the levels before the device, without a slash at either end
 */
public record Topics(String root) {
  public static final String DEFAULT_ROOT = "hy300/v1";

  /** Reserved for the collector; not a valid device name. */
  public static final String FLEET = "fleet";

  private static final int MAX_RESPONSE_LENGTH = 256;

  private static final Pattern LEVEL = Pattern.compile("[A-Za-z0-9_-][A-Za-z0-9_.-]{0,63}");

  public Topics {
    for (String level : root.split("/", -1)) {
      if (!LEVEL.matcher(level).matches()) {
        throw new IllegalArgumentException(
            "topic root '" + root + "': level '" + level + "' is not " + LEVEL.pattern());
      }
    }
  }

  public static Topics standard() {
    return new Topics(DEFAULT_ROOT);
  }

  /** The branch of a topic after the device name. */
  public enum Kind {
    STATUS("status", false, false),
    INFO("info", false, false),
    STATE("state", true, false),
    EVENT("event", true, false),
    COMMAND("cmd", true, true),
    REPLY("reply", true, true),
    SNAPSHOT("snapshot", false, false);

    private final String level;
    private final boolean hasSubsystem;
    private final boolean hasAction;

    Kind(String level, boolean hasSubsystem, boolean hasAction) {
      this.level = level;
      this.hasSubsystem = hasSubsystem;
      this.hasAction = hasAction;
    }
  }

  /** A parsed device topic; subsystem and action are empty if the kind has none. */
  public record Parsed(String device, Kind kind, String subsystem, String action) {}

  public static boolean isDeviceName(String name) {
    return LEVEL.matcher(name).matches() && !name.equals(FLEET);
  }

  /** Whether the text is valid as a topic level: a subsystem or an action. */
  public static boolean isLevel(String text) {
    return LEVEL.matcher(text).matches();
  }

  public String status(String device) {
    return device(device, Kind.STATUS);
  }

  public String info(String device) {
    return device(device, Kind.INFO);
  }

  public String state(String device, String subsystem) {
    return device(device, Kind.STATE) + "/" + subsystem;
  }

  public String event(String device, String subsystem) {
    return device(device, Kind.EVENT) + "/" + subsystem;
  }

  public String command(String device, String subsystem, String action) {
    return device(device, Kind.COMMAND) + "/" + subsystem + "/" + action;
  }

  public String reply(String device, String subsystem, String action) {
    return device(device, Kind.REPLY) + "/" + subsystem + "/" + action;
  }

  /** Whether a Response Topic is allowed: it must be below the device's replies. */
  public boolean isResponse(String device, String topic) {
    String replies = device(device, Kind.REPLY) + "/";
    return topic.startsWith(replies)
        && topic.length() <= MAX_RESPONSE_LENGTH
        && Arrays.stream(topic.substring(replies.length()).split("/", -1))
            .allMatch(Topics::isLevel);
  }

  /** The topic of a snapshot: JPEG, QoS 0. */
  public String snapshot(String device) {
    return device(device, Kind.SNAPSHOT);
  }

  /** Filter for commands to the fleet, which the collector relays. */
  public String fleetCommands() {
    return device(FLEET, Kind.COMMAND) + "/+/+";
  }

  /** The topic of the reply to a command to the fleet. */
  public String fleetReply(String subsystem, String action) {
    return device(FLEET, Kind.REPLY) + "/" + subsystem + "/" + action;
  }

  /** Filter for the state of one device's subsystems. */
  public String statesOf(String device) {
    return device(device, Kind.STATE) + "/+";
  }

  /** Filter for one device's commands. */
  public String commandsOf(String device) {
    return device(device, Kind.COMMAND) + "/+/+";
  }

  /** Filter for one kind of topic over all devices. */
  public String allDevices(Kind kind) {
    return device("+", kind) + (kind.hasSubsystem ? "/+" : "") + (kind.hasAction ? "/+" : "");
  }

  /**
   * Parses a received topic.
   *
   * @return empty if it is not a device's topic below this root
   */
  public Optional<Parsed> parse(String topic) {
    return split(topic).filter(parsed -> !parsed.device().equals(FLEET));
  }

  /**
   * Parses the topic of a command to the fleet.
   *
   * @return empty if it is a different topic
   */
  public Optional<Parsed> parseFleetCommand(String topic) {
    return split(topic)
        .filter(parsed -> parsed.device().equals(FLEET) && parsed.kind() == Kind.COMMAND);
  }

  /** Whether a topic is that of a collector's reply to a command to the fleet. */
  public boolean isFleetReply(String topic) {
    return split(topic)
        .filter(parsed -> parsed.device().equals(FLEET) && parsed.kind() == Kind.REPLY)
        .isPresent();
  }

  private Optional<Parsed> split(String topic) {
    if (!topic.startsWith(root + "/")) {
      return Optional.empty();
    }
    String[] levels = topic.substring(root.length() + 1).split("/", -1);
    if (levels.length < 2 || !isLevel(levels[0])) {
      return Optional.empty();
    }
    for (Kind kind : Kind.values()) {
      int expected = 2 + (kind.hasSubsystem ? 1 : 0) + (kind.hasAction ? 1 : 0);
      if (!kind.level.equals(levels[1]) || levels.length != expected) {
        continue;
      }
      String subsystem = kind.hasSubsystem ? levels[2] : "";
      String action = kind.hasAction ? levels[3] : "";
      boolean legal =
          (subsystem.isEmpty() ? !kind.hasSubsystem : isLevel(subsystem))
              && (action.isEmpty() ? !kind.hasAction : isLevel(action));
      return legal ? Optional.of(new Parsed(levels[0], kind, subsystem, action)) : Optional.empty();
    }
    return Optional.empty();
  }

  private String device(String device, Kind kind) {
    return root + "/" + device + "/" + kind.level;
  }
}
