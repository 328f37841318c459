// SPDX-License-Identifier: Apache-2.0
// The readers of one projector's page: its values on change, its events, and notices of new frames.
package org.hy300.collector.page;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashSet;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.hy300.collector.fleet.Device;
import org.hy300.collector.fleet.Fleet;
import org.hy300.collector.knowledge.DeviceJson;
import org.hy300.collector.knowledge.DeviceSettings;
import org.hy300.collector.knowledge.RecentEvents;
import org.hy300.collector.knowledge.Snapshots;

/**
 * Each state is compared with the last one that its reader got, so a slow reader only ever waits
 * for the newest. Belongs to the event loop.
 */
public final class DeviceStreams {
  private static final long LOOK_MS = 200;

  private final Vertx vertx;
  private final Fleet fleet;
  private final RecentEvents events;
  private final Snapshots snapshots;
  private final DeviceSettings settings;
  private final BooleanSupplier connected;
  private final Seats<Reader> readers = new Seats<>(reader -> reader.stream.close());
  private long timer = -1;

  /**
   * Creates an instance without readers.
   *
   * @param connected whether the fleet's session with the broker is connected
   * @param stopping ends all streams when it completes
   */
  public DeviceStreams(
      Vertx vertx,
      Fleet fleet,
      RecentEvents events,
      Snapshots snapshots,
      DeviceSettings settings,
      BooleanSupplier connected,
      Future<Void> stopping) {
    this.vertx = vertx;
    this.fleet = fleet;
    this.events = events;
    this.snapshots = snapshots;
    this.settings = settings;
    this.connected = connected;
    stopping.onComplete(stops -> readers.all().forEach(reader -> reader.stream.close()));
  }

  /**
   * Opens a stream.
   *
   * @param owner of the stream: a token or an address
   * @param mayRead whether the reader is still authorized
   * @return false if there are too many streams
   */
  public boolean open(
      HttpServerRequest request, String device, String owner, BooleanSupplier mayRead) {
    if (!readers.hasRoomFor(owner)) {
      return false;
    }
    if (readers.isEmpty()) {
      timer = vertx.setPeriodic(LOOK_MS, look -> readers.all().forEach(Reader::look));
    }
    Reader reader = new Reader(request, device, mayRead);
    readers.add(reader, owner);
    reader.look();
    return true;
  }

  private void closed(Reader reader) {
    readers.remove(reader);
    if (readers.isEmpty()) {
      vertx.cancelTimer(timer);
    }
  }

  private final class Reader {
    private final EventStream stream;
    private final String name;
    private Device known;
    private int changes;
    private Boolean expected;
    private String values = "";
    private RecentEvents.Latest latest;
    private Set<String> told = Set.of();
    private Instant snapshot;
    private Boolean toldConnected;

    Reader(HttpServerRequest request, String name, BooleanSupplier mayRead) {
      this.name = name;
      stream = new EventStream(vertx, request, mayRead, EventStream.BEAT_MS, () -> closed(this));
    }

    void look() {
      if (stream.isFull()) {
        return;
      }
      Optional<Device> device = fleet.find(name);
      if (device.isEmpty()) {
        stream.send("removed", new JsonObject().put("devices", new JsonArray().add(name)).encode());
        stream.close();
        return;
      }
      connection();
      values(device.get());
      events();
      frame();
    }

    private void connection() {
      boolean now = connected.getAsBoolean();
      if (toldConnected == null || toldConnected != now) {
        toldConnected = now;
        stream.send("collector", Connection.json(now));
      }
    }

    private void values(Device device) {
      Boolean signal = settings.expectSignal(name);
      if (device == known && device.changes() == changes && Objects.equals(signal, expected)) {
        return;
      }
      known = device;
      changes = device.changes();
      expected = signal;
      String json =
          DeviceJson.whole(device, settings)
              .put("faults", FleetRow.faults(device, signal))
              .encode();
      if (!json.equals(values)) {
        values = json;
        stream.send("device", json);
      }
    }

    private void events() {
      RecentEvents.Latest now = events.latest(name);
      if (Objects.equals(now, latest)) {
        return;
      }
      latest = now;
      Set<String> ids = new HashSet<>();
      for (Object each : events.of(name)) {
        JsonObject event = (JsonObject) each;
        String id = event.getString("id");
        ids.add(id);
        if (!told.contains(id)) {
          stream.send("event", event.encode());
        }
      }
      told = ids;
    }

    private void frame() {
      Optional<Snapshots.Snapshot> now = snapshots.of(name);
      if (now.isPresent() && !now.get().time().equals(snapshot)) {
        snapshot = now.get().time();
        stream.send(
            "snapshot",
            new JsonObject()
                .put("time", snapshot.truncatedTo(ChronoUnit.MILLIS).toString())
                .encode());
      }
    }
  }
}
