// SPDX-License-Identifier: Apache-2.0
package org.hy300.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import java.awt.Color;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import javax.imageio.ImageIO;
import org.hy300.testing.MqttProbe;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A frame of the simulated HDMI input, all the way to a subscriber. */
@Timeout(300)
class SnapshotCommandTest extends AgentFixture {
  private static final String SNAPSHOT = ROOT + "/snapshot";

  private void source(String mode, int signal) throws IOException {
    steer("hdmi_source", mode);
    probe.await(ROOT + "/state/tvcap", s -> value(s, "hy300_tvcap_signal_detected") == signal);
  }

  private BufferedImage awaitPicture(int count) throws IOException {
    await().atMost(Duration.ofSeconds(60)).until(() -> probe.heard(SNAPSHOT).size() >= count);
    MqttProbe.Message message = probe.heard(SNAPSHOT).get(count - 1);
    assertThat(message.retained()).isFalse();
    return ImageIO.read(new ByteArrayInputStream(message.payload().getBytes()));
  }

  @Test
  void aSnapshotShowsWhatComesIn() throws Exception {
    source("1280x720@60", 1);
    Instant before = Instant.now().minusMillis(1);
    String snapshot = ROOT + "/cmd/tvcap/snapshot";
    probe.publish(snapshot, command("s1", "{}"));
    probe.publish(snapshot, command("s2", "{}"));
    JsonObject reply = terminal(ROOT + "/reply/tvcap/snapshot", "s1");
    assertThat(reply.getString("status")).as(reply.encode()).isEqualTo("done");
    BufferedImage picture = awaitPicture(1);
    assertThat(picture.getWidth()).isEqualTo(1280);
    assertThat(picture.getHeight()).isEqualTo(720);
    JsonObject result = reply.getJsonObject("result");
    Buffer jpeg = probe.heard(SNAPSHOT).get(0).payload();
    assertThat(result.getInteger("size")).isEqualTo(jpeg.length());
    assertThat(result.getString("resolution")).isEqualTo("1280x720");
    assertThat(Instant.parse(result.getString("time"))).isBetween(before, Instant.now());
    // Colour bars above plain green.
    assertThat(bars(picture)).containsAll(List.of("white", "yellow", "red", "blue", "black"));
    Color green = new Color(picture.getRGB(640, 400));
    assertThat(green.getGreen()).isGreaterThan(60);
    assertThat(green.getRed() + green.getBlue()).isLessThan(20);

    JsonObject tooSoon = terminal(ROOT + "/reply/tvcap/snapshot", "s2");
    assertThat(tooSoon.getString("status")).isEqualTo("rejected");
    assertThat(tooSoon.getJsonObject("error").getString("code")).isEqualTo("busy");
    // A later snapshot shows a picture that has moved.
    await()
        .atMost(Duration.ofSeconds(60))
        .until(
            () -> {
              int taken = probe.heard(SNAPSHOT).size();
              String id = "later-" + System.nanoTime();
              return answer("tvcap/snapshot", id, "{}").getString("status").equals("done")
                  && !column(awaitPicture(taken + 1)).equals(column(picture));
            });
  }

  private static List<Integer> column(BufferedImage picture) {
    List<Integer> column = new ArrayList<>();
    for (int x = 0; x < picture.getWidth(); x++) {
      column.add(new Color(picture.getRGB(x, 16)).getRed() / 32);
    }
    return column;
  }

  private static List<String> bars(BufferedImage picture) {
    List<String> bars = new ArrayList<>();
    for (int x = 0; x < picture.getWidth(); x++) {
      Color color = new Color(picture.getRGB(x, 16));
      String bits =
          "" + (color.getRed() / 128) + (color.getGreen() / 128) + (color.getBlue() / 128);
      bars.add(
          switch (bits) {
            case "111" -> "white";
            case "110" -> "yellow";
            case "100" -> "red";
            case "001" -> "blue";
            case "000" -> "black";
            default -> "other";
          });
    }
    return bars;
  }

  @Test
  void withoutASignalThereIsNoSnapshot() throws Exception {
    source("none", 0);
    JsonObject reply = answer("tvcap/snapshot", "s1", "{}");
    assertThat(reply.getString("status")).isEqualTo("failed");
    assertThat(reply.getJsonObject("error").getString("code")).isEqualTo("unavailable");
    assertThat(probe.heard(SNAPSHOT)).isEmpty();
  }
}
