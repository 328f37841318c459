// SPDX-License-Identifier: Apache-2.0
// The state of one subsystem of one device: its last message, and the place of its values.
package org.hy300.collector.fleet;

import java.util.BitSet;
import java.util.Set;
import org.hy300.contract.Series;

/** Written by the thread that delivers the device's messages. */
public final class Row {
  private final Device device;
  private final String subsystem;
  private Session session;
  private long seq;
  private volatile Layout.Place place;

  /** Series that another subsystem of the device already shows; null for none. */
  private BitSet hidden;

  private Object note;

  Row(Device device, String subsystem) {
    this.device = device;
    this.subsystem = subsystem;
  }

  public String subsystem() {
    return subsystem;
  }

  public Layout layout() {
    return place.layout();
  }

  public Session session() {
    return session;
  }

  Device device() {
    return device;
  }

  /** The device's name as in a page. */
  public byte[] deviceName() {
    return device.nameBytes();
  }

  /** What the fleet's watcher has put here; null before that. */
  public Object note() {
    return note;
  }

  public void note(Object of) {
    note = of;
  }

  /** The value that is stored at a position; NaN for one that is not to be shown. */
  public double value(int position) {
    return place.block().value(position, place.index());
  }

  /** What is to be shown of a message's value at a position; NaN for nothing. */
  public double value(double[] message, int position) {
    boolean left =
        layout().series(position) == null
            || (hidden != null && hidden.get(position))
            || (message[position] < 0 && layout().isTotal(position));
    return left ? Double.NaN : message[position];
  }

  long seq() {
    return seq;
  }

  /** Moves the row to another place. It is not shown yet. */
  void move(Layout.Place to) {
    if (place != null) {
      giveBack();
    }
    place = to;
    hidden = null;
  }

  /** Frees the place and its values. */
  void leave() {
    show(false);
    giveBack();
  }

  private void giveBack() {
    place.block().show(place.index(), 0);
    layout().release(place);
  }

  void message(Session of, long number) {
    session = of;
    seq = number;
  }

  /**
   * Stores the values of a message with this row's layout.
   *
   * @param time of the device's clock, in ms of Unix time; 0 for none
   * @return the position of a counter that was dropped for its value; negative for none
   */
  int store(double[] values, long time) {
    device.watcher().message(this, values, time);
    int left = -1;
    Block block = place.block();
    int index = place.index();
    int size = place.layout().size();
    for (int position = 0; position < size; position++) {
      double value = values[position];
      if (value < 0 && place.layout().isTotal(position)) {
        // A negative counter makes a whole page of OpenMetrics invalid.
        value = Double.NaN;
        left = position;
      }
      block.store(position, index, value);
    }
    if (hidden != null) {
      hide();
    }
    return left;
  }

  private void hide() {
    hidden.stream().forEach(at -> place.block().store(at, place.index(), Double.NaN));
  }

  void show(boolean shown) {
    place.block().show(place.index(), shown ? place.stamp() : 0);
    device.watcher().shown(this, shown);
  }

  /**
   * Prevents duplicate series on a page.
   *
   * @param seen series of other subsystems; this one's are added
   */
  void hideWhatIsIn(Set<Series> seen) {
    BitSet again = null;
    Layout layout = layout();
    for (int position = 0; position < layout.size(); position++) {
      Series series = layout.series(position);
      if (series != null && !seen.add(series)) {
        again = again == null ? new BitSet() : again;
        again.set(position);
      }
    }
    hidden = again;
    if (hidden != null) {
      hide();
    }
  }

  void visit(Device.SeriesVisitor visitor) {
    Layout.Place at = place;
    int stamp = at.block().stamp(at.index());
    for (int position = 0; stamp == at.stamp() && position < at.layout().size(); position++) {
      Series series = at.layout().series(position);
      double value = at.block().value(position, at.index());
      if (series != null && !Double.isNaN(value) && at.block().isStill(at.index(), stamp)) {
        visitor.series(series.family(), series.labels(), value);
      }
    }
  }
}
