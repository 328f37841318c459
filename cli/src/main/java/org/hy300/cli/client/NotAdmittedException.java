// SPDX-License-Identifier: Apache-2.0
// The collector refuses this user; a retry would not help.
package org.hy300.cli.client;

/** Distinct from the failure of a collector that is away for a while. */
public final class NotAdmittedException extends FailureException {
  private static final long serialVersionUID = 1;

  NotAdmittedException(String message) {
    super(Exit.COLLECTOR, message);
  }
}
