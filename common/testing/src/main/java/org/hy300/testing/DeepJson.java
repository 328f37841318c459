// SPDX-License-Identifier: Apache-2.0
// JSON with any depth of nesting.
package org.hy300.testing;

/** Small texts that need much of a parser's stack. */
public final class DeepJson {
  private DeepJson() {}

  /** The given number of nested arrays. */
  public static String arrays(int depth) {
    return "[".repeat(depth) + "]".repeat(depth);
  }

  /** An object with this depth, starting with the given fields. */
  public static String object(int depth, String fields) {
    return "{" + fields + ",\"deep\":" + arrays(depth - 1) + "}";
  }
}
