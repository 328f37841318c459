// SPDX-License-Identifier: Apache-2.0
// Something that is written piece by piece.
package org.hy300.collector.exposition;

/** Belongs to one request; each piece may be written on another thread. */
public interface Page {
  /** About how many bytes a piece has. */
  int PIECE = 128 * 1024;

  /**
   * Writes the next piece.
   *
   * @return false when that was the last one
   */
  boolean next(Lines to);
}
