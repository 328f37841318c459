// SPDX-License-Identifier: Apache-2.0
// What the catalogue says of one command.
package org.hy300.contract;

import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * One command of the catalogue.
 *
 * @param title what stands on its button
 * @param summary what it does, in a sentence
 * @param role what its sender must be allowed
 * @param isAlwaysTaken whether it is taken also when others are refused or have to wait: before the
 *     clock is set, when too much is under way, when the disk takes nothing
 * @param arguments in the order in which a person gives them
 * @param oneOf whether exactly one of the arguments is to be given; otherwise all of them are
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

  /** As people and paths write it: motor/move. */
  public String name() {
    return subsystem + "/" + action;
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
   * A part of the result of a command that is done.
   *
   * @param type as JSON Schema calls it
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
   * @param when what is the case when it is done
   * @param patience how long it may make no progress before it has failed; zero where there is
   *     nothing to wait for
   */
  public record End(String when, Duration patience) {
    End(String when, int patienceSeconds) {
      this(when, Duration.ofSeconds(patienceSeconds));
    }
  }
}
