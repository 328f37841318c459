// SPDX-License-Identifier: Apache-2.0
// An answer that is not as the collector's API says, and would not be if it were asked for again.
package org.hy300.cli.client;

/** Told apart from a collector that is away for a while. */
public final class ForeignAnswerException extends FailureException {
  private static final long serialVersionUID = 1;

  /**
   * Ends the program.
   *
   * @param source the collector and what it was asked
   * @param what the part that is not as promised
   */
  ForeignAnswerException(String source, String what) {
    super(Exit.COLLECTOR, message(source, what));
  }

  static String message(String source, String what) {
    return source + " with " + what + "; is it a collector of another version?";
  }
}
