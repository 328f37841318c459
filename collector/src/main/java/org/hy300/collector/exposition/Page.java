// SPDX-License-Identifier: Apache-2.0
// Something that is written in pieces.
package org.hy300.collector.exposition;

/** Belongs to one request; each piece may be written on another thread. */
public interface Page {
  /** Approximate bytes of a piece. */
  int PIECE = 128 * 1024;

  /**
   * Writes the next piece.
   *
   * @return false after the last one
   */
  boolean next(Lines to);
}
