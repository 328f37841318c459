// SPDX-License-Identifier: Apache-2.0
// A payload that violates the contract.
package org.hy300.contract;

/** Thrown by the parsers of this package; the message is one line, fit for a log. */
public final class MalformedMessageException extends Exception {
  private static final long serialVersionUID = 1L;

  public MalformedMessageException(String reason) {
    super(reason);
  }
}
