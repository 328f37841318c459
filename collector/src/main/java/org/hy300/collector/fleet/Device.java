// SPDX-License-Identifier: Apache-2.0
// What is known of one projector.
package org.hy300.collector.fleet;

import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;
import org.hy300.contract.InfoMessage;
import org.hy300.contract.Series;

/** Belongs to the event loop. */
public final class Device {
  private final String name;
  private final Map<String, SubsystemState> states = new TreeMap<>();
  private String session;
  private boolean online;
  private boolean confirmed;
  private InfoMessage info;
  private Instant lastSeen = Instant.EPOCH;
  private long lastSeq = -1;

  /** The last state of one subsystem. */
  @SuppressWarnings("ArrayRecordComponent") // Eight bytes a value; never compared.
  private record SubsystemState(String session, long seq, Layout layout, double[] values) {}

  /** Takes the series of a device, one after the other. */
  public interface SeriesVisitor {
    /**
     * One series.
     *
     * @param labels as in the exposition format, empty without labels
     */
    void series(String family, String labels, double value);
  }

  Device(String name) {
    this.name = name;
  }

  public String name() {
    return name;
  }

  /** Whether its session is alive, as far as the broker has told. */
  public boolean isOnline() {
    return online;
  }

  /** What it said about itself, or null. */
  public InfoMessage info() {
    return info;
  }

  /** When it was heard last; the epoch when it never was. */
  public Instant lastSeen() {
    return lastSeen;
  }

  boolean isConfirmed() {
    return confirmed;
  }

  String session() {
    return session;
  }

  void seen(Instant time) {
    if (time.isAfter(lastSeen)) {
      lastSeen = time;
    }
  }

  void info(InfoMessage message) {
    info = message;
  }

  void online(String newSession) {
    session = newSession;
    online = true;
    confirmed = true;
  }

  void offline() {
    online = false;
    confirmed = true;
  }

  /** After a lost connection to the broker its picture counts, and it is about to tell it. */
  void doubt() {
    confirmed = false;
    lastSeq = -1;
  }

  /** How a state message stands to what is known. */
  enum Freshness {
    FRESH,
    REPEATED,
    /** Of a session that has been replaced. */
    STALE
  }

  Freshness judge(String subsystem, String messageSession, long seq) {
    if (confirmed && online && !messageSession.equals(session)) {
      return Freshness.STALE;
    }
    SubsystemState known = states.get(subsystem);
    boolean repeated = known != null && known.session.equals(messageSession) && seq <= known.seq;
    return repeated ? Freshness.REPEATED : Freshness.FRESH;
  }

  /**
   * Stores a state.
   *
   * @return how many messages between this and the one before were not received
   */
  long state(String subsystem, String messageSession, long seq, Layout layout, double[] values) {
    states.put(subsystem, new SubsystemState(messageSession, seq, layout, values));
    boolean comparable = messageSession.equals(session) && lastSeq >= 0;
    long missed = comparable ? Math.max(0, seq - lastSeq - 1) : 0;
    lastSeq = Math.max(lastSeq, seq);
    return missed;
  }

  /** Called when another live session begins: its numbers start anew. */
  void restartNumbers() {
    lastSeq = -1;
  }

  int seriesOutside(String subsystem) {
    return states.entrySet().stream()
        .filter(state -> !state.getKey().equals(subsystem))
        .mapToInt(state -> state.getValue().values.length)
        .sum();
  }

  int subsystemCount() {
    return states.size();
  }

  boolean hasSubsystem(String subsystem) {
    return states.containsKey(subsystem);
  }

  /** Visits the series of the current session; none while the device is offline. */
  public void visit(SeriesVisitor visitor) {
    if (!online) {
      return;
    }
    for (SubsystemState state : states.values()) {
      if (!state.session.equals(session)) {
        continue;
      }
      for (int i = 0; i < state.values.length; i++) {
        Series series = state.layout.series(i);
        if (series != null) {
          visitor.series(series.family(), series.labels(), state.values[i]);
        }
      }
    }
  }
}
