// SPDX-License-Identifier: Apache-2.0
// `hy300 result ID`: the result of a command that was sent without waiting.
package org.hy300.cli.command;

import java.util.concurrent.Callable;
import org.hy300.cli.client.CollectorClient;
import org.hy300.cli.client.CommandAnswer;
import org.hy300.cli.client.Exit;
import org.hy300.cli.client.FailureException;
import org.hy300.contract.CommandMessage;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** A picocli command. */
@Command(
    name = "result",
    description = "Shows the result of a command; exit status 4 while it is running.")
public final class ResultCommand implements Callable<Integer> {
  private final Options options;

  @Parameters(index = "0", paramLabel = "ID", description = "The id that --no-wait printed.")
  private String id;

  public ResultCommand(Options options) {
    this.options = options;
  }

  @Override
  public Integer call() throws FailureException {
    if (!CommandMessage.isId(id)) {
      throw new FailureException(Exit.USAGE, "'" + id + "' is no command's id");
    }
    return Replies.several(
        options
            .collector()
            .get(
                "/api/v1/commands/" + id,
                options.seconds(CollectorClient.ANSWER_SECONDS),
                CommandAnswer.Command::of),
        options.json());
  }
}
