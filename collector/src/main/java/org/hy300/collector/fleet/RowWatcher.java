// SPDX-License-Identifier: Apache-2.0
// Sees every value of the fleet as it comes, for what cannot wait for the next page.
package org.hy300.collector.fleet;

/** Called on the thread that brings the device's messages, so it must not block. */
public interface RowWatcher {
  /** For a fleet that nobody watches. */
  RowWatcher NONE =
      new RowWatcher() {
        @Override
        public void message(Row row, double[] values, long time) {}

        @Override
        public void shown(Row row, boolean shown) {}
      };

  /**
   * A state message is about to be stored: {@link Row#value} still gives what was shown before it,
   * if the row's layout is the same as then.
   *
   * @param values those of the message, see {@link Row#value(double[], int)}
   * @param time of the device's clock, in ms of Unix time; 0 without a time that can be read
   */
  void message(Row row, double[] values, long time);

  /** Whether a row is shown may have changed, or its layout; its values are stored. */
  void shown(Row row, boolean shown);
}
