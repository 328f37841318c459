// SPDX-License-Identifier: Apache-2.0
// A state message without its variable parts, for comparison with the next one.
package org.hy300.collector.fleet;

import java.util.Arrays;

/**
 * The message is {@code glue[0,ends[0])}, a hole, {@code glue[ends[0],ends[1])}, a hole and so on,
 * and ends with the rest of the glue. Field names, series and white space are glue, so messages
 * with the same glue have the same series in the same order.
 *
 * @param ends the position of each hole in the glue
 * @param holes the kind of each hole, one of {@link #VALUE} and the following
 */
@SuppressWarnings("ArrayRecordComponent") // Shared and never changed; compared below by the glue.
public record Template(byte[] glue, int[] ends, byte[] holes) {
  /** A number, the value of the next series. */
  public static final byte VALUE = 0;

  /** The text of the session, between its quotes. */
  public static final byte SESSION = 1;

  /** The message's number. */
  public static final byte SEQ = 2;

  /** The text of the time, between its quotes. */
  public static final byte TIME = 3;

  /** The glue contains the field names, so it determines the positions and kinds of holes. */
  @Override
  public boolean equals(Object other) {
    return other instanceof Template template && Arrays.equals(glue, template.glue);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(glue);
  }
}
