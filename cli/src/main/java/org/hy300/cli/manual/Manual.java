// SPDX-License-Identifier: Apache-2.0
// The parts of --help and of the manual beyond commands and options.
package org.hy300.cli.manual;

import java.util.ArrayList;
import java.util.List;
import org.hy300.cli.client.Exit;
import org.hy300.cli.command.Options;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.UsageMessageSpec;

/** Exit statuses, environment, examples. */
public final class Manual {
  static final String[] EXIT_STATUS = {
    Exit.DONE + ":Done.",
    Exit.FAILED
        + ":The projector has rejected, failed or cancelled it, or a file cannot be written.",
    Exit.USAGE + ":Wrong usage: a word, an option, a value or a file that it names.",
    Exit.COLLECTOR + ":The collector is unreachable, refuses, or sends an invalid answer.",
    Exit.UNANSWERED + ":No answer in time: expired, or started and not ended; try hy300 result.",
    Exit.NO_DEVICE
        + ":No such projector, or it is offline: nothing was sent. Of result: no such command.",
    Exit.CRASHED + ":A bug in hy300; its stack trace is on standard error.",
  };

  static final String[][] EXAMPLES = {
    {"hy300 devices --label site=berlin", "Which projectors of a site there are."},
    {"hy300 motor move projector-7 120", "Moves a motor and waits until it is there."},
    {"hy300 motor home --label site=berlin", "Homes all motors of a site, a line for each."},
    {"hy300 capture snapshot projector-7 -o frame.jpg", "Saves what is on the HDMI input."},
    {"hy300 watch --json | jq .", "One JSON document for each change."},
  };

  private Manual() {}

  /** Adds them to the help of the program. */
  public static void describe(CommandSpec program) {
    List<String> footer = new ArrayList<>();
    footer.add("%nEnvironment:");
    for (List<String> each : Options.ENVIRONMENT) {
      footer.add("  %-18s%s".formatted(each.get(0), each.get(1)));
    }
    footer.add("%nExamples:");
    for (String[] each : EXAMPLES) {
      footer.add("  " + each[0]);
    }
    program
        .usageMessage()
        .exitCodeListHeading("%nExit status, of several projectors the highest:%n")
        .exitCodeList(UsageMessageSpec.keyValuesMap(EXIT_STATUS))
        .footer(footer.toArray(String[]::new))
        .commandListHeading("%nCommands:%n");
  }
}
