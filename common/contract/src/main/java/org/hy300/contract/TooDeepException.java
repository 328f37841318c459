// SPDX-License-Identifier: Apache-2.0
// JSON that is nested deeper than any program reads.
package org.hy300.contract;

import io.vertx.core.json.DecodeException;

/** The message is one line that stands behind the name of what was read. */
public final class TooDeepException extends DecodeException {
  private static final long serialVersionUID = 1L;

  /** What every refusal of this kind says. */
  public static final String IS_NESTED = "is nested more than " + Limits.MAX_NESTING + " deep";

  TooDeepException() {
    super(IS_NESTED);
  }
}
