// SPDX-License-Identifier: Apache-2.0
package org.hy300.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.hy300.contract.Argument;
import org.hy300.contract.Argument.IntegerArgument;
import org.hy300.contract.Argument.IntegersArgument;
import org.hy300.contract.CommandCatalogue;
import org.hy300.contract.CommandEntry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The agent executes every command of the catalogue, with any allowed arguments. */
@Timeout(300)
class EveryCommandTest extends AgentFixture {
  /** Commands that must come before others. */
  private static final Map<String, String> BEFORE =
      Map.of(
          "motor/move", "motor/home",
          "tvcap/snapshot", "tvcap/start",
          "mips/keystone", "mips/restart");

  private static final Map<String, String> TEXTS =
      Map.of(
          "mips/load_firmware name", "hy300.bin",
          "process/add name", "java",
          "process/add unit", "kodi.service",
          "process/remove name", "java",
          "process/remove unit", "kodi.service");

  private int number;

  @Test
  void itIsExecutedAndItsResultIsAsDescribed() throws Exception {
    steer("hdmi_source", "1280x720@60");
    for (CommandEntry command : CommandCatalogue.COMMANDS) {
      if (BEFORE.containsKey(command.name())) {
        give(BEFORE.get(command.name()), new JsonObject());
      }
      for (JsonObject args : samples(command)) {
        JsonObject reply = give(command.name(), args);
        // A simulated projector has no bridge, which a ping needs.
        String expected = command.name().equals("agent/ping") ? "failed" : "done";
        assertThat(reply.getString("status"))
            .as("%s %s: %s", command.name(), args, reply)
            .isEqualTo(expected);
        if (expected.equals("done")) {
          // The probe checks the rest against the contract.
          assertThat(reply.getJsonObject("result", new JsonObject()).fieldNames())
              .as(command.name())
              .isEqualTo(
                  command.result().stream()
                      .filter(field -> !field.optional())
                      .map(CommandEntry.Field::name)
                      .collect(java.util.stream.Collectors.toSet()));
        }
      }
    }
  }

  private JsonObject give(String command, JsonObject args) {
    number++;
    return answer(command, "c" + number, args.encode());
  }

  private static List<JsonObject> samples(CommandEntry command) {
    if (command.oneOf()) {
      return command.arguments().stream()
          .map(each -> new JsonObject().put(each.name(), sample(command, each)))
          .toList();
    }
    JsonObject all = new JsonObject();
    command.arguments().forEach(each -> all.put(each.name(), sample(command, each)));
    return List.of(all);
  }

  private static Object sample(CommandEntry command, Argument argument) {
    if (argument instanceof IntegerArgument) {
      return 1;
    }
    return argument instanceof IntegersArgument list
        ? new JsonArray(Collections.nCopies(list.count(), 1))
        : TEXTS.get(command.name() + " " + argument.name());
  }
}
