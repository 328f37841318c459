// SPDX-License-Identifier: Apache-2.0
// A payload that is not what the contract says.
package org.hy300.contract;

/** Thrown by the parsers of this package; the message is one line that a log can carry as it is. */
public final class MalformedMessageException extends Exception {
  private static final long serialVersionUID = 1L;

  public MalformedMessageException(String reason) {
    super(reason);
  }
}
