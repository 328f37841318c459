// SPDX-License-Identifier: Apache-2.0
// Every command of the contract with its arguments: the one list that agent and collector validate
// against.
package org.hy300.contract;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Looks commands up and checks their arguments as far as that needs no device. */
public final class CommandCatalogue {

  /** An argument of a command. */
  public sealed interface Argument permits IntegerArgument, IntegersArgument, TextArgument {
    String name();

    /** Why the value is none that the argument takes, in one line; empty when it is one. */
    Optional<String> check(Object value);

    /** What the argument takes, in words. */
    String description();
  }

  /**
   * An integer argument. Both bounds are inclusive; the device may have narrower ones.
   *
   * @param unit what one means, for messages: steps
   */
  public record IntegerArgument(String name, int min, int max, String unit) implements Argument {
    @Override
    public Optional<String> check(Object value) {
      if (!(value instanceof Number number && number.doubleValue() % 1 == 0)) {
        return Optional.of("is not an integer");
      }
      return number.doubleValue() < min || number.doubleValue() > max
          ? Optional.of("is out of range")
          : Optional.empty();
    }

    @Override
    public String description() {
      return min + " to " + max + " " + unit;
    }
  }

  /** A list of so many integers within the same bounds. */
  public record IntegersArgument(String name, int count, int min, int max, String unit)
      implements Argument {
    @Override
    public Optional<String> check(Object value) {
      if (!(value instanceof JsonArray list && list.size() == count)) {
        return Optional.of("is not a list of " + count);
      }
      IntegerArgument element = new IntegerArgument(name, min, max, unit);
      return list.stream().flatMap(each -> element.check(each).stream()).findFirst();
    }

    @Override
    public String description() {
      return count + " numbers of " + min + " to " + max + " " + unit;
    }
  }

  /**
   * A text argument.
   *
   * @param pattern what all of it must match
   * @param meaning what it takes, in words
   */
  public record TextArgument(String name, Pattern pattern, String meaning) implements Argument {
    @Override
    public Optional<String> check(Object value) {
      return value instanceof String text && pattern.matcher(text).matches()
          ? Optional.empty()
          : Optional.of("is not what it takes");
    }

    @Override
    public String description() {
      return meaning;
    }
  }

  /**
   * One command.
   *
   * @param oneOf whether exactly one of the arguments is to be given; otherwise all of them are
   */
  public record Command(String subsystem, String action, boolean oneOf, List<Argument> arguments) {
    Command(String subsystem, String action, List<Argument> arguments) {
      this(subsystem, action, false, arguments);
    }

    /**
     * Checks presence, type and range.
     *
     * @return why the arguments cannot be taken, in one line; empty when they can
     */
    public Optional<String> check(JsonObject args) {
      List<Argument> expected = arguments;
      if (oneOf) {
        expected = arguments.stream().filter(a -> args.getValue(a.name()) != null).toList();
        if (expected.size() != 1) {
          return Optional.of(
              arguments.stream()
                  .map(a -> "'" + a.name() + "' (" + a.description() + ")")
                  .collect(Collectors.joining(", ", "exactly one argument is needed of ", "")));
        }
      }
      return expected.stream().flatMap(a -> check(a, args.getValue(a.name())).stream()).findFirst();
    }

    private static Optional<String> check(Argument argument, Object value) {
      return (value == null ? Optional.of("is missing") : argument.check(value))
          .map(
              problem ->
                  "argument '" + argument.name() + "' " + problem + ": " + argument.description());
    }
  }

  /** More steps than any motor of this kind has (device tree: max-position, 1000 on the HY300). */
  private static final int STEPS = 100_000;

  /** Furthest offset of a corner (specification: hardware, keystone). */
  private static final int CORNER = 100;

  /** Which processes: the same three for adding and removing. */
  private static final List<Argument> PROCESSES =
      List.of(
          new IntegerArgument("pid", 1, Limits.MAX_PID, "(a process identifier)"),
          new TextArgument(
              "name",
              Pattern.compile("[^\\u0000-\\u001f\\u007f]{1,64}"),
              "a process's name, up to 64 characters"),
          new TextArgument(
              "unit",
              Pattern.compile("[A-Za-z0-9:_.@\\\\-]{1,128}"),
              "a systemd unit such as kodi.service"));

  public static final List<Command> COMMANDS =
      List.of(
          new Command(
              Subsystems.MOTOR,
              "move",
              List.of(new IntegerArgument("position", 0, STEPS, "steps"))),
          new Command(
              Subsystems.MOTOR,
              "step",
              List.of(new IntegerArgument("steps", -STEPS, STEPS, "steps"))),
          new Command(Subsystems.MOTOR, "home", List.of()),
          new Command(Subsystems.MOTOR, "stop", List.of()),
          new Command(Subsystems.MOTOR, "clear_fault", List.of()),
          new Command(Subsystems.TVCAP, "start", List.of()),
          new Command(Subsystems.TVCAP, "stop", List.of()),
          new Command(Subsystems.TVCAP, "snapshot", List.of()),
          new Command(Subsystems.MIPS, "restart", List.of()),
          new Command(
              Subsystems.MIPS,
              "load_firmware",
              List.of(
                  new TextArgument(
                      "name",
                      Pattern.compile("[A-Za-z0-9_+-][A-Za-z0-9_.+-]{0,62}"),
                      "the name of a file below /lib/firmware, up to 63 letters, digits and _ . + -,"
                          + " with no dot in front"))),
          new Command(
              Subsystems.MIPS,
              "keystone",
              List.of(new IntegersArgument("corners", 8, -CORNER, CORNER, "pixels"))),
          new Command(Subsystems.PROCESS, "add", true, PROCESSES),
          new Command(Subsystems.PROCESS, "remove", true, PROCESSES),
          new Command(Subsystems.PROCESS, "list", List.of()),
          new Command(Subsystems.AGENT, "ping", List.of()),
          new Command(Subsystems.AGENT, "refresh", List.of()));

  public static Optional<Command> find(String subsystem, String action) {
    return COMMANDS.stream()
        .filter(c -> c.subsystem().equals(subsystem) && c.action().equals(action))
        .findFirst();
  }

  private CommandCatalogue() {}
}
