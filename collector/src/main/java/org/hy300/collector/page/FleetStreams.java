// SPDX-License-Identifier: Apache-2.0
// The readers of the fleet page: first all rows, then every second the changed ones.
package org.hy300.collector.page;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.hy300.collector.fleet.Fleet;
import org.hy300.collector.knowledge.DeviceSettings;
import org.hy300.collector.knowledge.RecentEvents;

/**
 * Nothing is written to a slow reader. Once it has room again, it gets the current rows that it has
 * missed. Belongs to the event loop; the rows are made on another thread.
 */
public final class FleetStreams {
  private static final Logger LOG = System.getLogger(FleetStreams.class.getName());

  private static final long TICK_MS = 1_000;

  /** Characters that are written at once: some hundred rows. */
  private static final int PIECE = 32 * 1024;

  /** If more rows than this have changed, they are written in pieces. */
  private static final int ROWS = 200;

  private final Vertx vertx;
  private final FleetBoard board;
  private final BooleanSupplier connected;
  private final long tickMs;
  private final long beatMs;
  private final Seats<Reader> readers = new Seats<>(reader -> reader.stream.close());
  private long timer = -1;
  private boolean ticking;

  /**
   * Creates an instance without readers.
   *
   * @param connected whether the fleet's session with the broker is connected
   * @param stopping ends all streams when it completes
   */
  public FleetStreams(
      Vertx vertx,
      Fleet fleet,
      RecentEvents events,
      DeviceSettings settings,
      BooleanSupplier connected,
      Future<Void> stopping) {
    this(vertx, fleet, events, settings, connected, stopping, TICK_MS, EventStream.BEAT_MS);
  }

  /** With other times, for tests. */
  FleetStreams(
      Vertx vertx,
      Fleet fleet,
      RecentEvents events,
      DeviceSettings settings,
      BooleanSupplier connected,
      Future<Void> stopping,
      long tickMs,
      long beatMs) {
    this.vertx = vertx;
    this.connected = connected;
    this.tickMs = tickMs;
    this.beatMs = beatMs;
    board = new FleetBoard(fleet, events, settings);
    stopping.onComplete(stops -> readers.all().forEach(reader -> reader.stream.close()));
  }

  /**
   * Opens a stream.
   *
   * @param owner of the stream: a token or an address
   * @param mayRead whether the reader is still authorized
   * @return false if there are too many streams
   */
  public boolean open(HttpServerRequest request, String owner, BooleanSupplier mayRead) {
    if (!readers.hasRoomFor(owner)) {
      return false;
    }
    if (readers.isEmpty()) {
      timer = vertx.setPeriodic(tickMs, tick -> tick());
    }
    Reader reader = new Reader(request, mayRead);
    readers.add(reader, owner);
    reader.tellConnection();
    reader.catchUp();
    return true;
  }

  private void closed(Reader reader) {
    readers.remove(reader);
    if (readers.isEmpty()) {
      vertx.cancelTimer(timer);
      vertx.executeBlocking(board::clear, false);
    }
  }

  private void tick() {
    if (ticking) {
      return;
    }
    ticking = true;
    vertx
        .executeBlocking(board::tick, false)
        .onSuccess(this::tell)
        .onFailure(error -> LOG.log(Level.ERROR, "rows could not be made", error))
        .onComplete(done -> ticking = false);
  }

  private void tell(FleetBoard.News news) {
    Buffer shared = null;
    for (Reader reader : readers.all()) {
      reader.tellConnection();
      if (reader.busy) {
        continue;
      }
      if (news.changed().size() > ROWS || reader.stream.isFull()) {
        reader.catchUp();
      } else if (reader.known == news.tick() - 1) {
        shared = shared == null ? events(news) : shared;
        if (shared.length() > 0) {
          reader.stream.write(shared);
        }
        reader.known = news.tick();
      } else if (reader.known < news.tick()) {
        reader.catchUp();
      }
    }
  }

  private static Buffer events(FleetBoard.News news) {
    Buffer events = Buffer.buffer();
    if (!news.removed().isEmpty()) {
      events.appendBuffer(
          EventStream.event(
              "removed", new JsonObject().put("devices", new JsonArray(news.removed())).encode()));
    }
    for (int from = 0; from < news.changed().size(); ) {
      from = appendRows(events, news.changed(), from);
    }
    return events;
  }

  /** Appends an event with some rows; returns the position of the first remaining one. */
  private static int appendRows(Buffer to, List<FleetBoard.Entry> entries, int from) {
    StringBuilder json = new StringBuilder(PIECE + PIECE / 8).append("{\"rows\":[");
    int next = from;
    while (next < entries.size() && json.length() < PIECE) {
      if (next > from) {
        json.append(',');
      }
      entries.get(next++).write(json);
    }
    to.appendBuffer(EventStream.event("rows", json.append("]}").toString()));
    return next;
  }

  private final class Reader {
    private final EventStream stream;

    /** The tick up to which the reader knows everything. */
    private long known = -1;

    private boolean busy;
    private boolean complete;
    private Boolean toldConnected;

    Reader(HttpServerRequest request, BooleanSupplier mayRead) {
      stream = new EventStream(vertx, request, mayRead, beatMs, () -> closed(this));
    }

    void tellConnection() {
      boolean now = connected.getAsBoolean();
      if (toldConnected == null || (toldConnected != now && !stream.isFull())) {
        toldConnected = now;
        stream.send("collector", Connection.json(now));
      }
    }

    /** Sends the missing rows, in pieces, until the reader knows everything. */
    void catchUp() {
      busy = true;
      vertx
          .executeBlocking(() -> board.since(known), false)
          .onSuccess(this::begin)
          .onFailure(
              error -> {
                LOG.log(Level.ERROR, "rows could not be made", error);
                stream.close();
              });
    }

    private void begin(FleetBoard.Missing missing) {
      if (stream.isEnded()) {
        return;
      }
      if (missing.reset()) {
        complete = false;
        stream.send("reset", "{}");
      }
      send(missing, 0);
    }

    private void send(FleetBoard.Missing missing, int from) {
      if (stream.isEnded()) {
        return;
      }
      if (stream.isFull()) {
        stream.whenRoom(() -> send(missing, from));
        return;
      }
      List<FleetBoard.Entry> rows = missing.rows();
      if (from < rows.size()) {
        Buffer piece = Buffer.buffer();
        int to = appendRows(piece, rows, from);
        stream.write(piece);
        // Lets others run in between.
        vertx.runOnContext(next -> send(missing, to));
        return;
      }
      known = missing.tick();
      busy = false;
      if (!complete) {
        complete = true;
        stream.send("ready", "{}");
      }
    }
  }
}
