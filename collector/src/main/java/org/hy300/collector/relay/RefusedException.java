// SPDX-License-Identifier: Apache-2.0
// A command was refused.
package org.hy300.collector.relay;

/** The message is one line for the caller; the code is one of {@code ErrorCode}. */
public final class RefusedException extends Exception {
  private static final long serialVersionUID = 1L;

  private final String code;

  public RefusedException(String code, String message) {
    super(message);
    this.code = code;
  }

  public String code() {
    return code;
  }
}
