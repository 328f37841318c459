// SPDX-License-Identifier: Apache-2.0
// The collector's answer to a command: the reply of one device, or the command with its targets.
package org.hy300.cli.client;

import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Optional;

/** Either a reply or a command. */
public sealed interface CommandAnswer {
  /** The JSON of the answer. */
  JsonObject json();

  /**
   * The state of a command at a device.
   *
   * @param status a word such as done
   * @param result as the command defines it
   */
  record Outcome(String status, Optional<JsonObject> result, Optional<Reason> error) {
    static Outcome of(Field field) throws NotAsPromisedException {
      return new Outcome(
          field.at("status").text(),
          field.at("result").optional(Field::object),
          field.at("error").optional(Reason::of));
    }

    /** Why the command is not done; empty if unknown. */
    public String message() {
      return error.map(Reason::message).orElse("");
    }
  }

  /** The final reply of a device, or the collector's in its place. */
  record Reply(JsonObject json, String id, Outcome outcome) implements CommandAnswer {
    public static Reply of(Field answer) throws NotAsPromisedException {
      return new Reply(answer.object(), answer.at("id").text(), Outcome.of(answer));
    }
  }

  /** A command that the collector has stored. */
  record Command(JsonObject json, List<Target> targets) implements CommandAnswer {
    public static Command of(Field answer) throws NotAsPromisedException {
      return new Command(answer.object(), answer.at("targets").list(Target::of));
    }
  }

  /**
   * One device of a command.
   *
   * @param ended time of the end; empty while the command is under way
   */
  record Target(String device, Outcome outcome, Optional<String> ended) {
    static Target of(Field target) throws NotAsPromisedException {
      return new Target(
          target.at("device").text(), Outcome.of(target), target.at("ended").optional(Field::text));
    }
  }
}
