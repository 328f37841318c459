// SPDX-License-Identifier: Apache-2.0
// What the collector answers to a command: one device's reply, or the command with its targets.
package org.hy300.cli.client;

import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Optional;

/** One of two. */
public sealed interface CommandAnswer {
  /** As it was sent. */
  JsonObject json();

  /**
   * How far a command has come at a device.
   *
   * @param status a word such as done
   * @param result in the words of the command
   */
  record Outcome(String status, Optional<JsonObject> result, Optional<Reason> error) {
    static Outcome of(Field field) throws NotAsPromisedException {
      return new Outcome(
          field.at("status").text(),
          field.at("result").optional(Field::object),
          field.at("error").optional(Reason::of));
    }

    /** Why it is not done; empty where nothing is said. */
    public String message() {
      return error.map(Reason::message).orElse("");
    }
  }

  /** The last word of a device, or the collector's in its place. */
  record Reply(JsonObject json, String id, Outcome outcome) implements CommandAnswer {
    public static Reply of(Field answer) throws NotAsPromisedException {
      return new Reply(answer.object(), answer.at("id").text(), Outcome.of(answer));
    }
  }

  /** A command as the collector remembers it. */
  record Command(JsonObject json, List<Target> targets) implements CommandAnswer {
    public static Command of(Field answer) throws NotAsPromisedException {
      return new Command(answer.object(), answer.at("targets").list(Target::of));
    }
  }

  /**
   * A device's part of a command.
   *
   * @param ended when; empty while it is under way
   */
  record Target(String device, Outcome outcome, Optional<String> ended) {
    static Target of(Field target) throws NotAsPromisedException {
      return new Target(
          target.at("device").text(), Outcome.of(target), target.at("ended").optional(Field::text));
    }
  }
}
