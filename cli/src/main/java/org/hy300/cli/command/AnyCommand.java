// SPDX-License-Identifier: Apache-2.0
// `hy300 command DEVICE SUBSYSTEM/ACTION [JSON]`: sends any command of the contract.
package org.hy300.cli.command;

import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.hy300.cli.client.Exit;
import org.hy300.cli.client.FailureException;
import org.hy300.contract.TooDeepException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Only the collector checks it, because it may know commands that this program does not. */
@Command(
    name = "command",
    description = "Sends any command, with its arguments as JSON.",
    customSynopsis =
        "hy300 command (DEVICE | --label=KEY=VALUE... | --all) SUBSYSTEM/ACTION [JSON] [OPTIONS]")
public final class AnyCommand implements Callable<Integer> {
  private final Options options;

  @Mixin private Selection selection = new Selection();

  @Mixin private Waiting waiting = new Waiting();

  @Spec private CommandSpec spec;

  @Parameters(
      index = "1..*",
      arity = "0..*",
      paramLabel = "SUBSYSTEM/ACTION [JSON]",
      hideParamSyntax = true,
      description = "Such as motor/move '{\"position\":120}'.")
  private List<String> others = new ArrayList<>();

  public AnyCommand(Options options) {
    this.options = options;
  }

  @Override
  public Integer call() throws FailureException {
    List<String> words = selection.words(others);
    Optional<String> device =
        selection.several() || words.isEmpty() ? Optional.empty() : Optional.of(words.remove(0));
    boolean named = selection.several() || device.isPresent();
    if (!named || words.isEmpty() || words.size() > 2 || !words.get(0).matches("\\w+/\\w+")) {
      throw new ParameterException(
          spec.commandLine(),
          "command takes DEVICE SUBSYSTEM/ACTION [JSON], such as p1 motor/move"
              + " '{\"position\":120}'");
    }
    return new Order(
            options,
            device,
            selection,
            words.get(0),
            words.size() == 1 ? new JsonObject() : args(words.get(1)),
            waiting.waits())
        .send();
  }

  private static JsonObject args(String text) throws FailureException {
    try {
      return new JsonObject(text);
    } catch (TooDeepException e) {
      throw new FailureException(Exit.USAGE, "the JSON " + e.getMessage());
    } catch (DecodeException | ClassCastException e) {
      throw new FailureException(
          Exit.USAGE, "'" + text + "' is no JSON object such as {\"position\":120}");
    }
  }
}
