// SPDX-License-Identifier: Apache-2.0
// Ends the program with a message for people and a status for scripts.
package org.hy300.cli.client;

/** The message has the failure, its object and the remedy. */
public class FailureException extends Exception {
  private static final long serialVersionUID = 1;

  private final int status;

  /**
   * Ends the program.
   *
   * @param status one of {@link Exit}
   */
  public FailureException(int status, String message) {
    super(message);
    this.status = status;
  }

  public int status() {
    return status;
  }
}
