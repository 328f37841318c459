// SPDX-License-Identifier: Apache-2.0
// The known state of one projector.
package org.hy300.collector.fleet;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.hy300.contract.InfoMessage;
import org.hy300.contract.Series;

/** Written by the thread that delivers its messages; pages may read it at the same time. */
public final class Device {
  private static final Row[] NONE = {};

  /** A state message in relation to the known state. */
  enum Freshness {
    FRESH,
    REPEATED,
    /** The session has been replaced. */
    STALE
  }

  /** Receives the series of a device, one after the other. */
  public interface SeriesVisitor {
    /**
     * One series.
     *
     * @param labels as in the exposition format, empty without labels
     */
    void series(String family, String labels, double value);
  }

  /** For states and infos. */
  final Pace states = new Pace();

  /** For events and pictures, which may come on another thread. */
  final Pace events = new Pace();

  private final String name;
  private final byte[] nameBytes;
  private final Layout.Place place;
  private final RowWatcher watcher;

  /** Sorted by subsystem. */
  private volatile Row[] rows = NONE;

  private volatile Session session;
  private volatile boolean online;
  private long connection;
  private boolean confirmed;
  private volatile boolean held;
  private volatile InfoMessage info;
  private volatile byte[] infoLabels;

  /** The types of its families, except those in the catalogue. */
  private Map<String, String> told = Map.of();

  private long lastSeen;
  private long lastSeq = -1;

  /** Written by one thread at a time; other threads may see an old value briefly. */
  private int changes;

  private long throttled;
  private int flaps;
  private long flapsSince;

  Device(String name, Standing standing, RowWatcher watcher) {
    this.name = name;
    this.watcher = watcher;
    nameBytes = name.getBytes(StandardCharsets.US_ASCII);
    place = standing.take(nameBytes);
  }

  public String name() {
    return name;
  }

  /** The name in the form of a page. */
  public byte[] nameBytes() {
    return nameBytes;
  }

  RowWatcher watcher() {
    return watcher;
  }

  /** Whether its session is alive, according to the broker, and it is not held for flapping. */
  public boolean isOnline() {
    return online && !held;
  }

  /** Its information about itself, without the metadata of its families; null if unknown. */
  public InfoMessage info() {
    return info;
  }

  /** The same as labels of a page, each with a comma in front; null if unknown. */
  public byte[] infoLabels() {
    return infoLabels;
  }

  /** Time of its last message; the epoch if there was none. */
  public Instant lastSeen() {
    return Instant.ofEpochMilli(lastSeen);
  }

  /** Changes whenever the device may have changed. */
  public int changes() {
    return changes;
  }

  /** Visits the series of the current session; none while the device is offline. */
  public void visit(SeriesVisitor visitor) {
    for (Row row : rows) {
      row.visit(visitor);
    }
  }

  /** Whether its session is alive, even if the device is held for flapping. */
  boolean isAlive() {
    return online;
  }

  boolean isConfirmed() {
    return confirmed;
  }

  Session session() {
    return session;
  }

  /** Number of messages that were dropped because it sent too many. */
  public synchronized long throttled() {
    return throttled;
  }

  synchronized void throttle() {
    Standing.throttled(place, ++throttled);
  }

  void seen(long time) {
    changes++;
    if (time > lastSeen) {
      lastSeen = time;
      Standing.seen(place, time);
    }
  }

  Map<String, String> told() {
    return told;
  }

  void told(Map<String, String> types) {
    told = types;
  }

  void info(InfoMessage message) {
    infoLabels = InfoLabels.of(message);
    info = message;
  }

  /**
   * The session with that name: the current one, one whose state came before its status, or a new
   * one.
   */
  Session session(String of) {
    if (session != null && session.name().equals(of)) {
      return session;
    }
    for (Row row : rows) {
      if (row.session().name().equals(of)) {
        return row.session();
      }
    }
    return new Session(of);
  }

  /** Comes online over a connection of the session; 0 if its agent does not count them. */
  void online(Session of, long over) {
    if (of != session) {
      session = of;
      lastSeq = -1;
      connection = 0;
    }
    // A broker that the agent has left may deliver older messages after the new one's.
    connection = Math.max(connection, over);
    online = true;
    confirmed = true;
    refresh();
  }

  void offline() {
    online = false;
    confirmed = true;
    refresh();
  }

  /** Whether the session has come online over a later connection than this one. */
  boolean hasConnectedAfter(long other) {
    return other > 0 && other < connection;
  }

  void hold(boolean hold) {
    held = hold;
    refresh();
  }

  /**
   * Counts that it came online.
   *
   * @return how often this happened in the current minute
   */
  int flap(long now) {
    if (now - flapsSince >= 60_000) {
      flapsSince = now;
      flaps = 0;
    }
    return ++flaps;
  }

  boolean hasSettled(long now) {
    return now - flapsSince >= 60_000;
  }

  /** The broker was lost: its view will count again, and it is about to send it. */
  void doubt() {
    confirmed = false;
    lastSeq = -1;
  }

  private boolean isStale(Session of) {
    return confirmed && online && of != session;
  }

  Freshness judge(Row row, Session of, long seq) {
    if (isStale(of)) {
      return Freshness.STALE;
    }
    boolean repeated = row != null && row.session() == of && seq <= row.seq();
    return repeated ? Freshness.REPEATED : Freshness.FRESH;
  }

  /**
   * Records the number of an accepted state message.
   *
   * @return how many messages since the last one were missed
   */
  long number(Session of, long seq) {
    long missed = of == session && lastSeq >= 0 ? Math.max(0, seq - lastSeq - 1) : 0;
    lastSeq = Math.max(lastSeq, seq);
    return missed;
  }

  /**
   * The row of the subsystem at the end of a topic.
   *
   * @param from position of the subsystem in the topic
   * @return null without a known state
   */
  public Row row(String topic, int from) {
    for (Row row : rows) {
      String subsystem = row.subsystem();
      if (subsystem.length() == topic.length() - from && topic.startsWith(subsystem, from)) {
        return row;
      }
    }
    return null;
  }

  int rowCount() {
    return rows.length;
  }

  int seriesOutside(Row row) {
    return Arrays.stream(rows)
        .filter(other -> other != row)
        .mapToInt(other -> other.layout().size())
        .sum();
  }

  /** Number of families outside the catalogue in its other rows. */
  int familiesOutside(Row row) {
    return Arrays.stream(rows)
        .filter(other -> other != row)
        .mapToInt(other -> other.layout().families())
        .sum();
  }

  void add(Row row) {
    Row[] more = Arrays.copyOf(rows, rows.length + 1);
    more[rows.length] = row;
    Arrays.sort(more, (a, b) -> a.subsystem().compareTo(b.subsystem()));
    rows = more;
  }

  /** Removes a row; returns the number of its series. */
  int remove(Row row) {
    int size = row.layout().size();
    row.leave();
    rows = Arrays.stream(rows).filter(other -> other != row).toArray(Row[]::new);
    refresh();
    return size;
  }

  /** Removes all rows; returns the number of their series. */
  int clear() {
    int size = seriesOutside(null);
    for (Row row : rows) {
      row.leave();
    }
    rows = NONE;
    Standing.release(place);
    return size;
  }

  private boolean isShown(Row row) {
    return online && !held && row.session() == session;
  }

  /** Shows and hides rows according to the current state. */
  void refresh() {
    changes++;
    Standing.up(place, isOnline());
    Set<Series> seen = null;
    for (Row row : rows) {
      boolean shown = isShown(row);
      if (shown && rows.length > 1) {
        seen = seen == null ? new HashSet<>() : seen;
        row.hideWhatIsIn(seen);
      }
      row.show(shown);
    }
  }
}
