// SPDX-License-Identifier: Apache-2.0
// The catalogue's description of one command.
package org.hy300.contract;

import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * One command of the catalogue.
 *
 * @param title text of its button
 * @param summary its effect, in one sentence
 * @param role required of its sender
 * @param isAlwaysTaken whether it is taken even when others are refused or must wait: before the
 *     clock is set, with too many commands under way, with a disk that refuses writes
 * @param arguments in the order in which people give them
 * @param oneOf whether exactly one of the arguments must be given, and not all of them
 */
public record CommandEntry(
    String subsystem,
    String action,
    String title,
    String summary,
    Role role,
    boolean isAlwaysTaken,
    List<Argument> arguments,
    boolean oneOf,
    List<Field> result,
    End end) {

  /** The name in paths and on the command line, such as motor/move. */
  public String name() {
    return subsystem + "/" + action;
  }

  /**
   * Checks presence, type and range.
   *
   * @return why the arguments are invalid, in one line; empty if they are valid
   */
  public Optional<String> check(JsonObject args) {
    List<Argument> expected = arguments;
    if (oneOf) {
      expected = arguments.stream().filter(a -> args.getValue(a.name()) != null).toList();
      if (expected.size() != 1) {
        return Optional.of(
            arguments.stream()
                .map(a -> "'" + a.name() + "' (" + a.range() + ")")
                .collect(Collectors.joining(", ", "exactly one argument is needed of ", "")));
      }
    }
    return expected.stream().flatMap(a -> check(a, args.getValue(a.name())).stream()).findFirst();
  }

  private static Optional<String> check(Argument argument, Object value) {
    return (value == null ? Optional.of("is missing") : argument.check(value))
        .map(problem -> "argument '" + argument.name() + "' " + problem + ": " + argument.range());
  }

  /**
   * A field of a successful command's result.
   *
   * @param type in JSON Schema
   * @param optional whether it may be missing
   */
  public record Field(String name, String type, String meaning, boolean optional) {
    Field(String name, String type, String meaning) {
      this(name, type, meaning, false);
    }
  }

  /**
   * How a command ends.
   *
   * @param when the condition for `done`
   * @param patience longest time without progress before the command fails; zero if it need not
   *     wait
   */
  public record End(String when, Duration patience) {
    End(String when, int patienceSeconds) {
      this(when, Duration.ofSeconds(patienceSeconds));
    }
  }
}
