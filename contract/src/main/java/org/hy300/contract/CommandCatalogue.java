// SPDX-License-Identifier: Apache-2.0
// Every command of the contract with its arguments: the one list that agent and collector validate
// against.
package org.hy300.contract;

import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Optional;

/** Looks commands up and checks their arguments as far as that needs no device. */
public final class CommandCatalogue {

  /**
   * An integer argument. Both bounds are inclusive; the device may have narrower ones.
   *
   * @param unit what one means, for messages: steps
   */
  public record IntegerArgument(String name, int min, int max, String unit) {
    private Optional<String> check(JsonObject args) {
      Object value = args.getValue(name);
      if (value == null) {
        return Optional.of("argument '" + name + "' is missing: " + range());
      }
      if (!(value instanceof Number number && number.doubleValue() % 1 == 0)) {
        return Optional.of("argument '" + name + "' is not an integer: " + range());
      }
      if (number.doubleValue() < min || number.doubleValue() > max) {
        return Optional.of("argument '" + name + "' is out of range: " + range());
      }
      return Optional.empty();
    }

    private String range() {
      return min + " to " + max + " " + unit;
    }
  }

  /** One command; all its arguments are required. */
  public record Command(String subsystem, String action, List<IntegerArgument> arguments) {
    /**
     * Checks presence, type and range.
     *
     * @return why the arguments cannot be taken, in one line; empty when they can
     */
    public Optional<String> check(JsonObject args) {
      return arguments.stream().flatMap(a -> a.check(args).stream()).findFirst();
    }
  }

  /** More steps than any motor of this kind has (device tree: max-position, 1000 on the HY300). */
  private static final int STEPS = 100_000;

  public static final List<Command> COMMANDS =
      List.of(
          new Command("motor", "move", List.of(new IntegerArgument("position", 0, STEPS, "steps"))),
          new Command(
              "motor", "step", List.of(new IntegerArgument("steps", -STEPS, STEPS, "steps"))),
          new Command("motor", "home", List.of()),
          new Command("motor", "stop", List.of()),
          new Command("motor", "clear_fault", List.of()));

  public static Optional<Command> find(String subsystem, String action) {
    return COMMANDS.stream()
        .filter(c -> c.subsystem().equals(subsystem) && c.action().equals(action))
        .findFirst();
  }

  private CommandCatalogue() {}
}
