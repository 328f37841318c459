// SPDX-License-Identifier: Apache-2.0
package org.hy300.agent.snapshot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.awt.Color;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Frames as returned by the driver's read(), in a directory like the input's. */
@Timeout(300)
class SnapshotTest {
  private static final int MIB = 1024 * 1024;

  /** The two halves of the test picture; the right one's colours are also given in YUV. */
  private static final Color LEFT = new Color(255, 255, 255);

  private static final Color RIGHT = new Color(191, 0, 0);
  private static final int[] WHITE_YUV = {235, 128, 128};
  private static final int[] RED_BT709 = {51, 109, 212};
  private static final int[] RED_BT601 = {65, 100, 212};

  @TempDir private Path tvcap;

  @BeforeEach
  void describe() throws IOException {
    Files.writeString(tvcap.resolve("video_node"), tvcap.resolve("node") + "\n");
    signal("RGB24", "1920x1080");
  }

  private void signal(String format, String resolution) throws IOException {
    Files.writeString(tvcap.resolve("format"), format + "\n");
    Files.writeString(tvcap.resolve("resolution"), resolution + "\n");
  }

  private static byte[] halves(Frame.Format format, int width, int height) {
    int[] red = height < 720 ? RED_BT601 : RED_BT709;
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        boolean left = x < width / 2;
        int[] yuv = left ? WHITE_YUV : red;
        Color rgb = left ? LEFT : RIGHT;
        switch (format) {
          case YUYV -> {
            bytes.write(yuv[0]);
            bytes.write(yuv[x % 2 == 0 ? 1 : 2]);
          }
          case YUV420 -> bytes.write(yuv[0]);
          case RGB32, RGB24 -> {
            if (format == Frame.Format.RGB32) {
              bytes.write(0);
            }
            bytes.write(rgb.getRed());
            bytes.write(rgb.getGreen());
            bytes.write(rgb.getBlue());
          }
        }
      }
    }
    for (int channel = 1; format == Frame.Format.YUV420 && channel < 3; channel++) {
      for (int i = 0; i < width / 2 * height / 2; i++) {
        bytes.write((i % (width / 2) < width / 4 ? WHITE_YUV : red)[channel]);
      }
    }
    return bytes.toByteArray();
  }

  private static void assertHalves(BufferedImage image, int tolerance) {
    int y = image.getHeight() / 2;
    assertNear(image.getRGB(image.getWidth() / 4, y), LEFT, tolerance);
    assertNear(image.getRGB(image.getWidth() * 3 / 4, y), RIGHT, tolerance);
    assertNear(image.getRGB(0, 0), LEFT, tolerance);
    assertNear(image.getRGB(image.getWidth() - 1, image.getHeight() - 1), RIGHT, tolerance);
  }

  private static void assertNear(int rgb, Color expected, int tolerance) {
    Color actual = new Color(rgb);
    assertThat(Math.abs(actual.getRed() - expected.getRed())).isLessThanOrEqualTo(tolerance);
    assertThat(Math.abs(actual.getGreen() - expected.getGreen())).isLessThanOrEqualTo(tolerance);
    assertThat(Math.abs(actual.getBlue() - expected.getBlue())).isLessThanOrEqualTo(tolerance);
  }

  @ParameterizedTest
  @EnumSource(Frame.Format.class)
  void everyFormatBecomesTheSamePicture(Frame.Format format) throws Exception {
    for (int height : new int[] {480, 720}) {
      byte[] bytes = halves(format, 640, height);
      Frame frame = Frame.read(new ByteArrayInputStream(bytes), format, 640, height);
      assertHalves(frame.image(), 3);
      assertHalves(frame.half().image(), 3);
      assertThat(frame.half().width()).isEqualTo(320);
      byte[] less = new byte[bytes.length - 1];
      assertThatThrownBy(() -> Frame.read(new ByteArrayInputStream(less), format, 640, 720))
          .isInstanceOf(EOFException.class);
    }
  }

  @Test
  void aFrameBecomesAJpegOfItsSize() throws Exception {
    signal("YUYV", "1280x720");
    Files.write(tvcap.resolve("node"), halves(Frame.Format.YUYV, 1280, 720));
    Snapshot snapshot = Snapshot.take(tvcap, MIB);
    assertThat(snapshot.width()).isEqualTo(1280);
    assertThat(snapshot.height()).isEqualTo(720);
    BufferedImage image = ImageIO.read(new ByteArrayInputStream(snapshot.jpeg()));
    assertThat(image.getWidth()).isEqualTo(1280);
    assertHalves(image, 12);
  }

  @Test
  void whatDoesNotFitIsMadeSmaller() throws Exception {
    byte[] noise = new byte[1920 * 1080 * 3];
    new Random(1).nextBytes(noise);
    Files.write(tvcap.resolve("node"), noise);
    Snapshot snapshot = Snapshot.take(tvcap, MIB);
    assertThat(snapshot.jpeg().length).isLessThanOrEqualTo(MIB);
    Snapshot small = Snapshot.take(tvcap, 20_000);
    assertThat(small.jpeg().length).isLessThanOrEqualTo(20_000);
    BufferedImage image = ImageIO.read(new ByteArrayInputStream(small.jpeg()));
    assertThat(image.getWidth()).isEqualTo(small.width()).isLessThan(1920);
    assertThat(image.getHeight()).isEqualTo(small.height());
  }

  @ParameterizedTest
  @ValueSource(strings = {"0x0", "1281x720", "4000x3000", "99999x99999", "nonsense"})
  void withoutAPictureThereIsNoFrame(String resolution) throws Exception {
    signal("RGB24", resolution);
    assertThatThrownBy(() -> Snapshot.take(tvcap, MIB)).isInstanceOf(NoFrameException.class);
  }

  @Test
  void aNodeThatGivesNoFrameIsLeftAfterTwoSeconds() throws Exception {
    Path node = tvcap.resolve("node");
    assertThat(new ProcessBuilder("mkfifo", node.toString()).start().waitFor()).isZero();
    // An open writer makes the read block, as without a signal.
    try (RandomAccessFile open = new RandomAccessFile(node.toFile(), "rw")) {
      assertThat(open.getFD().valid()).isTrue();
      assertThatThrownBy(() -> Snapshot.take(tvcap, MIB))
          .isInstanceOf(NoFrameException.class)
          .hasMessageContaining("no frame of 1920x1080 came from " + node);
    }
  }
}
