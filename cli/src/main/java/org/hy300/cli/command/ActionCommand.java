// SPDX-License-Identifier: Apache-2.0
// `hy300 motor move DEVICE 120` and all others of the catalogue: turns words into a command's
// arguments.
package org.hy300.cli.command;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.hy300.cli.client.Exit;
import org.hy300.cli.client.FailureException;
import org.hy300.contract.Argument;
import org.hy300.contract.Argument.IntegersArgument;
import org.hy300.contract.Argument.TextArgument;
import org.hy300.contract.CommandEntry;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** A picocli command; {@link Groups} sets its name and the labels of its arguments. */
@Command
class ActionCommand implements Callable<Integer> {
  /** The position of the arguments; {@link Groups} names them. */
  static final String ARGUMENTS = "1..*";

  final Options options;
  private final CommandEntry command;

  @Mixin Selection selection = new Selection();

  @Mixin private Waiting waiting = new Waiting();

  @Spec private CommandSpec spec;

  @Parameters(index = ARGUMENTS, arity = "0..*", hidden = true)
  private List<String> others = new ArrayList<>();

  ActionCommand(Options options, CommandEntry command) {
    this.options = options;
    this.command = command;
  }

  @Override
  public final Integer call() throws FailureException {
    List<String> words = selection.words(others);
    int expected = selection.several() ? 0 : 1;
    if (!command.oneOf()) {
      expected += command.arguments().stream().mapToInt(ActionCommand::words).sum();
    }
    if (words.size() != expected) {
      throw wrong(words);
    }
    Optional<String> device = selection.several() ? Optional.empty() : Optional.of(words.remove(0));
    JsonObject args = command.oneOf() ? named() : ordered(words);
    Optional<String> problem = command.check(args);
    if (problem.isPresent()) {
      throw new FailureException(Exit.USAGE, problem.get());
    }
    return run(new Order(options, device, selection, command.name(), args, waiting.waits()));
  }

  /** Sends the command. */
  int run(Order order) throws FailureException {
    return order.send();
  }

  private ParameterException wrong(List<String> words) {
    String takes =
        (selection.several() ? "" : "DEVICE ")
            + (command.oneOf()
                ? ""
                : command.arguments().stream().map(Groups::label).collect(Collectors.joining(" ")));
    return new ParameterException(
        spec.commandLine(),
        Groups.words(spec)
            + (selection.several() ? " with --label or --all" : "")
            + " takes "
            + (takes.isBlank() ? "no further word" : takes.strip())
            + (words.isEmpty() ? "" : ", not " + String.join(" ", words)));
  }

  private static int words(Argument argument) {
    return argument instanceof IntegersArgument list ? list.count() : 1;
  }

  private JsonObject ordered(List<String> words) {
    JsonObject args = new JsonObject();
    Iterator<String> word = words.iterator();
    for (Argument argument : command.arguments()) {
      if (argument instanceof IntegersArgument list) {
        JsonArray values = new JsonArray();
        for (int i = 0; i < list.count(); i++) {
          values.add(value(argument, word.next()));
        }
        args.put(argument.name(), values);
      } else {
        args.put(argument.name(), value(argument, word.next()));
      }
    }
    return args;
  }

  private JsonObject named() {
    JsonObject args = new JsonObject();
    for (Argument argument : command.arguments()) {
      String given = spec.findOption("--" + argument.name()).getValue();
      if (given != null) {
        args.put(argument.name(), value(argument, given));
      }
    }
    return args;
  }

  /** Anything but a number stays a text, which the catalogue will refuse. */
  private static Object value(Argument argument, String word) {
    if (argument instanceof TextArgument) {
      return word;
    }
    try {
      return Integer.valueOf(word);
    } catch (NumberFormatException e) {
      return word;
    }
  }
}
