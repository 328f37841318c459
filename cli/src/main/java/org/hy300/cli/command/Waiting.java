// SPDX-License-Identifier: Apache-2.0
// Whether to wait for a command's end.
package org.hy300.cli.command;

import org.hy300.cli.client.Exit;
import org.hy300.cli.client.FailureException;
import picocli.CommandLine.Option;

/** A picocli mixin. */
final class Waiting {
  @Option(names = "--wait", description = "Wait until the command has ended (default).")
  private boolean wait;

  @Option(
      names = "--no-wait",
      description = "Print the command's id and exit. To see the result: hy300 result ID")
  private boolean noWait;

  boolean waits() throws FailureException {
    if (wait && noWait) {
      throw new FailureException(Exit.USAGE, "--wait and --no-wait exclude each other");
    }
    return !noWait;
  }
}
