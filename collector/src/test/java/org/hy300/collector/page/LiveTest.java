// SPDX-License-Identifier: Apache-2.0
// The streams of the fleet page: rows, changed and removed ones; one device.
package org.hy300.collector.page;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.hy300.collector.CollectorFixture;
import org.hy300.collector.LiveEvents;
import org.hy300.collector.PlayedDevice;
import org.hy300.contract.EventMessage;
import org.hy300.contract.StateMessage;
import org.hy300.contract.Topics;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(300)
class LiveTest extends CollectorFixture {
  private static final String FLEET = "/api/v1/live";

  private final Vertx vertx = Vertx.vertx();
  private final Topics topics = Topics.standard();
  private long seq;

  @AfterEach
  void close() throws Exception {
    vertx.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
  }

  private PlayedDevice device(String name) throws Exception {
    PlayedDevice device = new PlayedDevice(broker.address(), name, "berlin", 1);
    device.connect(vertx).toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
    return device;
  }

  private void motor(PlayedDevice device, int position, String fault) {
    Map<String, Number> values = new HashMap<>();
    values.put("hy300_motor_position_steps", position);
    values.put("hy300_motor_max_position_steps", 1000);
    values.put("hy300_motor_homed", 1);
    values.put("hy300_motor_moving", 0);
    values.put("hy300_motor_fault{reason=\"none\"}", fault.equals("none") ? 1 : 0);
    values.put("hy300_motor_fault{reason=\"homing_timeout\"}", fault.equals("none") ? 0 : 1);
    device.publish(
        topics.state(device.name(), "motor"),
        new StateMessage(device.name() + "-1", ++seq, Instant.now(), values).toBuffer(),
        true);
  }

  private static Integer position(JsonObject row) {
    return row == null || !row.containsKey("motor")
        ? null
        : row.getJsonObject("motor").getInteger("position");
  }

  @Test
  void allRowsComeFirstAndThenThoseThatChange() throws Exception {
    PlayedDevice one = device("p1");
    device("p2");
    motor(one, 40, "none");
    awaitOnline(2);
    try (LiveEvents live = new LiveEvents(url + FLEET)) {
      live.await("ready");
      live.awaitRow("p1", row -> Integer.valueOf(40).equals(position(row)));
      JsonObject row = live.rows().get("p1");
      assertThat(row.getBoolean("online")).isTrue();
      assertThat(row.getJsonObject("labels").getString("site")).isEqualTo("berlin");
      assertThat(row.getJsonArray("faults")).isEmpty();
      assertThat(live.rows()).containsOnlyKeys("p1", "p2");

      // p2 sent its last message before it was online.
      int before = live.told("rows").size();
      motor(one, 80, "homing_timeout");
      live.awaitRow("p1", now -> Integer.valueOf(80).equals(position(now)));
      assertThat(live.rows().get("p1").getJsonArray("faults"))
          .containsExactly("motor: homing timeout");
      assertThat(live.told("rows").subList(before, live.told("rows").size()))
          .as("nothing is told of who has not changed")
          .noneMatch(rows -> rows.encode().contains("\"p2\""));

      one.publish(
          topics.event("p1", "motor"),
          new EventMessage("e1", 1, Instant.now(), "homing_failed", new JsonObject()).toBuffer(),
          false);
      live.awaitRow("p1", now -> now.getJsonObject("event", new JsonObject()).size() == 3);
      assertThat(live.rows().get("p1").getJsonObject("event").getString("event"))
          .isEqualTo("homing_failed");
      assertThat(live.told("reset")).hasSize(1);
    }
  }

  @Test
  void whoDiesAndWhoIsForgottenIsTold() throws Exception {
    Vertx mortal = Vertx.vertx();
    PlayedDevice dies = new PlayedDevice(broker.address(), "dies", "berlin", 1);
    dies.connect(mortal).toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
    PlayedDevice stays = device("stays");
    awaitOnline(2);
    try (LiveEvents live = new LiveEvents(url + FLEET)) {
      live.await("ready");
      mortal.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
      live.awaitRow("dies", row -> !row.getBoolean("online"));
      assertThat(live.rows().get("stays").getBoolean("online")).isTrue();
      stays.publish(topics.status("dies"), Buffer.buffer(), true);
      live.awaitRow("dies", row -> row == null);
      assertThat(live.await("removed").getJsonArray("devices")).containsExactly("dies");

      broker.kill();
      live.await("collector", told -> !told.getBoolean("broker_connected"));
    }
    try (LiveEvents late = new LiveEvents(url + FLEET)) {
      late.await("ready");
      assertThat(late.rows()).containsOnlyKeys("stays");
    }
    broker.start();
  }

  @Test
  void oneDeviceIsFollowedWithItsEventsAndFrames() throws Exception {
    PlayedDevice one = device("p1");
    motor(one, 40, "none");
    awaitOnline(1);
    try (LiveEvents live = new LiveEvents(url + "/api/v1/devices/p1/live")) {
      live.await("device", told -> value(told) == 40);
      motor(one, 41, "homing_timeout");
      assertThat(live.await("device", told -> value(told) == 41).getJsonArray("faults"))
          .containsExactly("motor: homing timeout");
      one.publish(
          topics.event("p1", "motor"),
          new EventMessage("e1", 1, Instant.now(), "homed", new JsonObject()).toBuffer(),
          false);
      assertThat(live.await("event").getString("event")).isEqualTo("homed");
      one.publish(
          topics.snapshot("p1"), Buffer.buffer(new byte[] {(byte) 0xff, (byte) 0xd8, 1, 2}), false);
      live.await("snapshot");
      assertThat(live.told("event")).hasSize(1);
      one.publish(topics.status("p1"), Buffer.buffer(), true);
      live.await("removed");
      await().atMost(LIMIT).until(live::isEnded);
    }
    assertThat(get("/api/v1/devices/p1/live").statusCode()).isEqualTo(404);
  }

  private static double value(JsonObject device) {
    return device.getJsonObject("values").getDouble("hy300_motor_position_steps", -1.0);
  }

  @Test
  void thereAreNoMoreReadersThanTheCollectorBears() throws Exception {
    List<LiveEvents> readers = new ArrayList<>();
    try {
      for (int i = 0; i < Seats.MAX; i++) {
        readers.add(new LiveEvents(url + FLEET));
      }
      HttpResponse<String> refused = get(FLEET);
      assertThat(refused.statusCode()).isEqualTo(503);
      assertThat(code(refused)).isEqualTo("busy");
      readers.remove(0).close();
      await().atMost(LIMIT).until(this::opens);
    } finally {
      for (LiveEvents reader : readers) {
        reader.close();
      }
    }
  }

  private boolean opens() throws Exception {
    try (Socket socket = request()) {
      return new String(socket.getInputStream().readNBytes(12), StandardCharsets.US_ASCII)
          .endsWith("200");
    }
  }

  private Socket request() throws Exception {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), URI.create(url).getPort());
    socket.setSoTimeout(60_000);
    socket
        .getOutputStream()
        .write(
            ("GET " + FLEET + " HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
                .getBytes(StandardCharsets.US_ASCII));
    return socket;
  }
}
