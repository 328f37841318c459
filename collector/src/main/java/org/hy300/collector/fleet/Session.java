// SPDX-License-Identifier: Apache-2.0
// One run of an agent, as identified in its messages.
package org.hy300.collector.fleet;

import java.nio.charset.StandardCharsets;

/** Compared by identity within a device. */
public final class Session {
  private static final int MAX_LENGTH = 128;

  private final String name;
  private final byte[] bytes;

  Session(String name) {
    this.name = name;
    bytes = name.getBytes(StandardCharsets.US_ASCII);
  }

  public String name() {
    return name;
  }

  /** The name as bytes of a message. */
  public byte[] bytes() {
    return bytes;
  }

  /** Whether a text is valid as a session name: without escapes, and not too long. */
  public static boolean isLegal(String text) {
    return !text.isEmpty()
        && text.length() <= MAX_LENGTH
        && text.chars().allMatch(c -> c > ' ' && c < 0x7f && c != '"' && c != '\\');
  }
}
