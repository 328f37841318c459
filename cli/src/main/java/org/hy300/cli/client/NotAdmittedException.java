// SPDX-License-Identifier: Apache-2.0
// The collector does not let this user in, and would not if it were asked again.
package org.hy300.cli.client;

/** Told apart from a collector that is away for a while. */
public final class NotAdmittedException extends FailureException {
  private static final long serialVersionUID = 1;

  NotAdmittedException(String message) {
    super(Exit.COLLECTOR, message);
  }
}
