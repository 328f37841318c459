// SPDX-License-Identifier: Apache-2.0
// Every command of the contract, defined once: effect, arguments, result, required role, and end.
// Agent and collector follow it. The page, the command line and its manual, Home Assistant,
// OpenAPI, AsyncAPI and docs/reference/commands.md are made from it, or tests compare them with it.
package org.hy300.contract;

import static org.hy300.contract.Role.ADMIN;
import static org.hy300.contract.Role.OPERATE;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.hy300.contract.Argument.IntegerArgument;
import org.hy300.contract.Argument.IntegersArgument;
import org.hy300.contract.Argument.TextArgument;
import org.hy300.contract.CommandEntry.End;
import org.hy300.contract.CommandEntry.Field;

/** Finds commands. */
public final class CommandCatalogue {
  /** Seconds to wait for the end of a command, if the sender sets no limit. */
  public static final int DEFAULT_TIMEOUT_SECONDS = 60;

  /** The largest limit that a sender may set, in seconds. */
  public static final int MAX_TIMEOUT_SECONDS = 600;

  /** More steps than any such motor has (device tree: max-position, 1000 on the HY300). */
  private static final int STEPS = 100_000;

  /** Largest offset of a corner (specification: hardware, keystone). */
  private static final int CORNER = 100;

  /** A moving motor that makes no step for this long will not arrive. */
  private static final int WITHOUT_A_STEP = 10;

  /** The driver tries a boot twice, each for two seconds. */
  private static final int TWO_BOOTS = 4;

  /** The driver waits one second for the co-processor's current work, and one for its answer. */
  private static final int TWO_ANSWERS = 2;

  /** A source has at least 24 frames a second. */
  private static final int WITHOUT_A_FRAME = 2;

  private static final int WITHOUT_AN_ANSWER = 5;
  private static final int AT_ONCE = 0;

  private static final boolean IN_ITS_TURN = false;
  private static final boolean ALWAYS = true;
  private static final boolean ALL_OF = false;
  private static final boolean ONE_OF = true;

  /** The arguments that select processes, common to adding and removing. */
  private static final List<Argument> PROCESSES =
      List.of(
          new IntegerArgument("pid", 1, Limits.MAX_PID, "", "the process of this identifier"),
          new TextArgument(
              "name",
              Pattern.compile("[^\\u0000-\\u001f\\u007f]{1,64}"),
              "up to 64 characters",
              "all processes of this name"),
          new TextArgument(
              "unit",
              Pattern.compile("[A-Za-z0-9:_.@\\\\-]{1,128}"),
              "up to 128 letters, digits and : _ . @ - \\",
              "all processes of this systemd unit, such as kodi.service"));

  private static final List<Argument> NONE = List.of();

  private static final List<Field> STANDS =
      List.of(new Field("position", "integer", "position afterwards, in steps"));
  private static final List<Field> INPUT =
      List.of(new Field("enabled", "string", "whether the input is on then: 1 or 0"));
  private static final List<Field> WATCHES =
      List.of(
          new Field("watches", "array", "what is watched, and the last sample of each process"),
          new Field(
              "processes_omitted", "integer", "how many processes the list has no room for", true));

  public static final List<CommandEntry> COMMANDS =
      List.of(
          new CommandEntry(
              Subsystems.MOTOR,
              "move",
              "Move",
              "Moves to a position.",
              OPERATE,
              IN_ITS_TURN,
              List.of(
                  new IntegerArgument(
                      "position",
                      0,
                      STEPS,
                      "steps",
                      "where to go, counted from 0, which homing finds; the motor's own end may be nearer")),
              ALL_OF,
              STANDS,
              new End("the position is reached; a newer move cancels it", WITHOUT_A_STEP)),
          new CommandEntry(
              Subsystems.MOTOR,
              "step",
              "Step",
              "Moves by so many steps from where the motor is going.",
              OPERATE,
              IN_ITS_TURN,
              List.of(
                  new IntegerArgument(
                      "steps", -STEPS, STEPS, "steps", "how far; negative is towards 0")),
              ALL_OF,
              STANDS,
              new End("the position is reached; a newer move cancels it", WITHOUT_A_STEP)),
          new CommandEntry(
              Subsystems.MOTOR,
              "home",
              "Home",
              "Finds position 0; needed once after each power-up.",
              OPERATE,
              IN_ITS_TURN,
              NONE,
              ALL_OF,
              STANDS,
              new End("position 0 is found", WITHOUT_A_STEP)),
          new CommandEntry(
              Subsystems.MOTOR,
              "stop",
              "Stop",
              "Stops the motor.",
              OPERATE,
              ALWAYS,
              NONE,
              ALL_OF,
              STANDS,
              new End("the motor rests", AT_ONCE)),
          new CommandEntry(
              Subsystems.MOTOR,
              "clear_fault",
              "Clear fault",
              "Clears a fault; motor/home comes next.",
              OPERATE,
              IN_ITS_TURN,
              NONE,
              ALL_OF,
              List.of(new Field("fault", "string", "the motor's fault then: none")),
              new End("the fault is cleared", AT_ONCE)),
          new CommandEntry(
              Subsystems.TVCAP,
              "start",
              "Start capture",
              "Switches the HDMI input on.",
              OPERATE,
              IN_ITS_TURN,
              NONE,
              ALL_OF,
              INPUT,
              new End("the input is on", AT_ONCE)),
          new CommandEntry(
              Subsystems.TVCAP,
              "stop",
              "Stop capture",
              "Switches the HDMI input off.",
              OPERATE,
              IN_ITS_TURN,
              NONE,
              ALL_OF,
              INPUT,
              new End("the input is off", AT_ONCE)),
          new CommandEntry(
              Subsystems.TVCAP,
              "snapshot",
              "Take a snapshot",
              "Publishes a frame of the HDMI input as JPEG.",
              OPERATE,
              IN_ITS_TURN,
              NONE,
              ALL_OF,
              List.of(
                  new Field("size", "integer", "bytes of the JPEG"),
                  new Field("time", "string", "when the frame was taken"),
                  new Field(
                      "resolution",
                      "string",
                      "of the JPEG, such as 1280x720; at most the frame's")),
              new End("the frame is published on the projector's topic snapshot", WITHOUT_A_FRAME)),
          new CommandEntry(
              Subsystems.MIPS,
              "restart",
              "Restart co-processor",
              "Boots the co-processor again.",
              ADMIN,
              IN_ITS_TURN,
              NONE,
              ALL_OF,
              List.of(new Field("state", "string", "what the co-processor does then")),
              new End("the co-processor has booted", TWO_BOOTS)),
          new CommandEntry(
              Subsystems.MIPS,
              "load_firmware",
              "Load firmware",
              "Loads a firmware; mips/restart comes next.",
              ADMIN,
              IN_ITS_TURN,
              List.of(
                  new TextArgument(
                      "name",
                      Pattern.compile("[A-Za-z0-9_+-][A-Za-z0-9_.+-]{0,62}"),
                      "up to 63 letters, digits and _ . + -, with no dot in front",
                      "a file below /lib/firmware")),
              ALL_OF,
              List.of(
                  new Field(
                      "firmware_loaded", "string", "whether a firmware is loaded then: 1 or 0")),
              new End("the firmware is loaded", AT_ONCE)),
          new CommandEntry(
              Subsystems.MIPS,
              "keystone",
              "Keystone",
              "Corrects the picture by its corners: x and y of each.",
              OPERATE,
              IN_ITS_TURN,
              List.of(
                  new IntegersArgument(
                      "corners",
                      List.of(
                          "top left x",
                          "top left y",
                          "top right x",
                          "top right y",
                          "bottom left x",
                          "bottom left y",
                          "bottom right x",
                          "bottom right y"),
                      -CORNER,
                      CORNER,
                      "pixels",
                      "offsets of the corners")),
              ALL_OF,
              List.of(
                  new Field(
                      "keystone", "string", "the eight offsets then, with blanks between them")),
              new End("the co-processor has taken the offsets", TWO_ANSWERS)),
          new CommandEntry(
              Subsystems.PROCESS,
              "add",
              "Watch process",
              "Watches processes until the agent ends.",
              ADMIN,
              IN_ITS_TURN,
              PROCESSES,
              ONE_OF,
              WATCHES,
              new End("they are watched", AT_ONCE)),
          new CommandEntry(
              Subsystems.PROCESS,
              "remove",
              "Unwatch process",
              "Watches processes no longer.",
              ADMIN,
              IN_ITS_TURN,
              PROCESSES,
              ONE_OF,
              WATCHES,
              new End("they are watched no longer", AT_ONCE)),
          new CommandEntry(
              Subsystems.PROCESS,
              "list",
              "List processes",
              "Lists what is watched, with the last samples.",
              OPERATE,
              IN_ITS_TURN,
              NONE,
              ALL_OF,
              WATCHES,
              new End("the list is made", AT_ONCE)),
          new CommandEntry(
              Subsystems.AGENT,
              "ping",
              "Ping",
              "Asks agent and drivers for a sign of life.",
              OPERATE,
              IN_ITS_TURN,
              NONE,
              ALL_OF,
              List.of(
                  new Field(
                      "bridge_round_trip_seconds",
                      "number",
                      "how long it took to the kernel and back")),
              new End("the drivers' bridge has answered", WITHOUT_AN_ANSWER)),
          new CommandEntry(
              Subsystems.AGENT,
              "refresh",
              "Refresh",
              "Reads and publishes everything again.",
              OPERATE,
              IN_ITS_TURN,
              NONE,
              ALL_OF,
              List.of(),
              new End("all is published", AT_ONCE)),
          new CommandEntry(
              Subsystems.AGENT,
              "resend",
              "Resend events",
              "Sends events of the journal again, in their order.",
              OPERATE,
              IN_ITS_TURN,
              List.of(
                  new IntegerArgument(
                      "first", 1, Integer.MAX_VALUE, "", "number of the first event"),
                  new IntegerArgument(
                      "last", 1, Integer.MAX_VALUE, "", "number of the last event")),
              ALL_OF,
              List.of(
                  new Field("sent", "integer", "how many events were sent"),
                  new Field(
                      "missing",
                      "array",
                      "first and last number of each hole: what the journal does not hold"),
                  new Field(
                      "missing_omitted",
                      "integer",
                      "how many holes the list has no room for",
                      true)),
              new End("the broker has all of them", AT_ONCE)));

  private static final Map<String, CommandEntry> BY_NAME =
      COMMANDS.stream()
          .collect(Collectors.toUnmodifiableMap(CommandEntry::name, Function.identity()));

  private CommandCatalogue() {}

  public static Optional<CommandEntry> find(String subsystem, String action) {
    return Optional.ofNullable(BY_NAME.get(subsystem + "/" + action));
  }

  /** An existing command by its name, such as motor/move. */
  public static CommandEntry get(String name) {
    return Optional.ofNullable(BY_NAME.get(name)).orElseThrow();
  }
}
