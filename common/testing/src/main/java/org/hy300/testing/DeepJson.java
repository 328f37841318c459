// SPDX-License-Identifier: Apache-2.0
// JSON that is nested as deep as a test wants.
package org.hy300.testing;

/** Small texts that ask much of a parser's stack. */
public final class DeepJson {
  private DeepJson() {}

  /** Arrays within each other, so many. */
  public static String arrays(int depth) {
    return "[".repeat(depth) + "]".repeat(depth);
  }

  /** An object of that depth which begins with these fields. */
  public static String object(int depth, String fields) {
    return "{" + fields + ",\"deep\":" + arrays(depth - 1) + "}";
  }
}
