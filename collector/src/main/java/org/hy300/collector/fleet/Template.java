// SPDX-License-Identifier: Apache-2.0
// A state message with its changing parts cut out: what the next one of its kind is compared with.
package org.hy300.collector.fleet;

import java.util.Arrays;

/**
 * The message is {@code glue[0,ends[0])}, a hole, {@code glue[ends[0],ends[1])}, a hole and so on,
 * and ends with the rest of the glue. Field names, series and white space are glue, so whatever has
 * the same glue brings the same series in the same order.
 *
 * @param ends where in the glue each hole stands
 * @param holes what each hole takes, one of {@link #VALUE} and the following
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

  /** The glue names the fields, so it alone decides where holes are and what they take. */
  @Override
  public boolean equals(Object other) {
    return other instanceof Template template && Arrays.equals(glue, template.glue);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(glue);
  }
}
