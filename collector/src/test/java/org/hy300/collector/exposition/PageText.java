// SPDX-License-Identifier: Apache-2.0
// A page in one piece, for tests.
package org.hy300.collector.exposition;

import java.nio.charset.StandardCharsets;

/** Writes pages to their end. */
public final class PageText {
  private PageText() {}

  public static String of(Page page) {
    Lines lines = new Lines(16);
    while (page.next(lines)) {
      // One buffer holds everything.
    }
    return new String(lines.bytes(), 0, lines.length(), StandardCharsets.UTF_8);
  }
}
