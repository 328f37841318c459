// SPDX-License-Identifier: Apache-2.0
// An answer that violates the collector's API; a retry would not help.
package org.hy300.cli.client;

/** Distinct from the failure of a collector that is away for a while. */
public final class ForeignAnswerException extends FailureException {
  private static final long serialVersionUID = 1;

  /**
   * Ends the program.
   *
   * @param source the collector and the request
   * @param what the part that violates the API
   */
  ForeignAnswerException(String source, String what) {
    super(Exit.COLLECTOR, message(source, what));
  }

  static String message(String source, String what) {
    return source + " with " + what + "; is it a collector of another version?";
  }
}
