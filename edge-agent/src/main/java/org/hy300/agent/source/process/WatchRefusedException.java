// SPDX-License-Identifier: Apache-2.0
// A change of the list of watches was refused.
package org.hy300.agent.source.process;

/** The message has the cause and the remedy. */
public final class WatchRefusedException extends Exception {
  private static final long serialVersionUID = 1L;

  private final String code;

  WatchRefusedException(String code, String message) {
    super(message);
    this.code = code;
  }

  /** One of {@link org.hy300.contract.ErrorCode}. */
  public String code() {
    return code;
  }
}
