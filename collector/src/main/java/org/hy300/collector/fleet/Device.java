// SPDX-License-Identifier: Apache-2.0
// What is known of one projector.
package org.hy300.collector.fleet;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.hy300.contract.InfoMessage;
import org.hy300.contract.Series;

/** Written by the thread that brings its messages; a page may be written from it meanwhile. */
public final class Device {
  private static final Row[] NONE = {};

  /** How a state message stands to what is known. */
  enum Freshness {
    FRESH,
    REPEATED,
    /** Of a session that has been replaced. */
    STALE
  }

  /** Takes the series of a device, one after the other. */
  public interface SeriesVisitor {
    /**
     * One series.
     *
     * @param labels as in the exposition format, empty without labels
     */
    void series(String family, String labels, double value);
  }

  /** Of states and infos. */
  final Pace states = new Pace();

  /** Of events and pictures, which may come on another thread. */
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

  /** The types of families that it has told, those of the catalogue left out. */
  private Map<String, String> told = Map.of();

  private long lastSeen;
  private long lastSeq = -1;

  /** Counted by one thread at a time; who looks from another may see it a moment late. */
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

  /** The name as it stands on a page. */
  public byte[] nameBytes() {
    return nameBytes;
  }

  RowWatcher watcher() {
    return watcher;
  }

  /** Whether its session is alive, as far as the broker has told, and not held for flapping. */
  public boolean isOnline() {
    return online && !held;
  }

  /** What it said about itself, without the metadata of its families; null before that. */
  public InfoMessage info() {
    return info;
  }

  /** The same as labels on a page, each with a comma before it; null before that. */
  public byte[] infoLabels() {
    return infoLabels;
  }

  /** When it was heard last; the epoch when it never was. */
  public Instant lastSeen() {
    return Instant.ofEpochMilli(lastSeen);
  }

  /** Another number whenever something of it may have changed. */
  public int changes() {
    return changes;
  }

  /** Visits the series of the current session; none while the device is offline. */
  public void visit(SeriesVisitor visitor) {
    for (Row row : rows) {
      row.visit(visitor);
    }
  }

  /** Whether its session is alive, held or not. */
  boolean isAlive() {
    return online;
  }

  boolean isConfirmed() {
    return confirmed;
  }

  Session session() {
    return session;
  }

  /** How many messages were left out because it sent too many. */
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

  /** The session of that name: the current one, one whose state came before its status, or new. */
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

  /** Comes online over a connection of the session; 0 when its agent does not count them. */
  void online(Session of, long over) {
    if (of != session) {
      session = of;
      lastSeq = -1;
      connection = 0;
    }
    // What a broker that was left still holds may come after what the new one brought.
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
   * @return how often it did within the running minute
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

  /** After a lost connection to the broker its picture counts, and it is about to tell it. */
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
   * Notes the number of a state message that was taken.
   *
   * @return how many messages between this and the one before were not received
   */
  long number(Session of, long seq) {
    long missed = of == session && lastSeq >= 0 ? Math.max(0, seq - lastSeq - 1) : 0;
    lastSeq = Math.max(lastSeq, seq);
    return missed;
  }

  /**
   * The row of the subsystem that a topic ends with.
   *
   * @param from where the subsystem begins in the topic
   * @return null when no state of it is known
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

  /** How many families beside the catalogue's its other rows have. */
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

  /** Removes a row; returns how many series went with it. */
  int remove(Row row) {
    int size = row.layout().size();
    row.leave();
    rows = Arrays.stream(rows).filter(other -> other != row).toArray(Row[]::new);
    refresh();
    return size;
  }

  /** Ends it: removes all rows and returns how many series went with them. */
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

  /** Shows and hides rows by what now holds. */
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
