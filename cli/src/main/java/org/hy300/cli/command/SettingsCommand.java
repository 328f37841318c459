// SPDX-License-Identifier: Apache-2.0
// `hy300 settings DEVICE`: what operators have set for a projector.
package org.hy300.cli.command;

import io.vertx.core.json.JsonObject;
import java.util.concurrent.Callable;
import org.hy300.cli.client.CollectorClient;
import org.hy300.cli.client.Exit;
import org.hy300.cli.client.FailureException;
import org.hy300.cli.client.Settings;
import org.hy300.cli.terminal.Terminal;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** A picocli command. */
@Command(name = "settings", description = "Shows or changes what alerts expect of a projector.")
public final class SettingsCommand implements Callable<Integer> {
  /** The values of the option. */
  enum Expectation {
    TRUE,
    FALSE,
    UNSET;

    @Override
    public String toString() {
      return name().toLowerCase(java.util.Locale.ROOT);
    }
  }

  private final Options options;

  @Mixin private final DeviceQuestion question;

  @Option(
      names = "--expect-signal",
      paramLabel = "WORD",
      description = "Whether the HDMI input should have a signal: ${COMPLETION-CANDIDATES}.")
  private Expectation expectSignal;

  public SettingsCommand(Options options) {
    this.options = options;
    question = new DeviceQuestion(options);
  }

  @Override
  public Integer call() throws FailureException {
    Settings settings =
        expectSignal == null
            ? question.ask("/settings", Settings::of)
            : options
                .collector()
                .put(
                    DeviceQuestion.path(question.device(), "/settings"),
                    new JsonObject()
                        .put(
                            Settings.EXPECT_SIGNAL,
                            expectSignal == Expectation.UNSET
                                ? null
                                : expectSignal == Expectation.TRUE),
                    options.seconds(CollectorClient.ANSWER_SECONDS),
                    Settings::of);
    Terminal.OUT.println(
        options.json() ? settings.json().encode() : question.device() + "  " + text(settings));
    return Exit.DONE;
  }

  /** In the form of the option. */
  static String text(Settings settings) {
    return "expect-signal="
        + settings.expectSignal().map(String::valueOf).orElse(Expectation.UNSET.toString());
  }
}
