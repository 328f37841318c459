// SPDX-License-Identifier: Apache-2.0
// JSON that is nested too deeply.
package org.hy300.contract;

import io.vertx.core.json.DecodeException;

/** The message is one line that follows the name of the input. */
public final class TooDeepException extends DecodeException {
  private static final long serialVersionUID = 1L;

  /** The text of every such refusal. */
  public static final String IS_NESTED = "is nested more than " + Limits.MAX_NESTING + " deep";

  TooDeepException() {
    super(IS_NESTED);
  }
}
