// SPDX-License-Identifier: Apache-2.0
// The picture on the HDMI input, as a file in place of the video node: it holds one frame.
package org.hy300.simulator;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * YUYV: eight colour bars at the upper edge, which move to the left, above plain green. Green is
 * all zeros, and the file has holes there, so that hundreds of projectors fit onto a disk. Without
 * a signal the file is empty. Belongs to the simulator's thread.
 */
final class TestPicture {
  static final int BAR_LINES = 32;
  private static final int STEP_PIXELS = 16;

  /** Y, U and V of white, yellow, cyan, green, magenta, red, blue and black at 75 %, BT.709. */
  private static final int[][] BARS = {
    {180, 128, 128}, {168, 44, 136}, {145, 147, 44}, {134, 63, 52},
    {62, 193, 204}, {51, 109, 212}, {28, 212, 120}, {16, 128, 128}
  };

  private final Path file;
  private int width;
  private int offset;

  TestPicture(Path file) throws IOException {
    this.file = file;
    Files.createDirectories(file.getParent());
    Files.write(file, new byte[0]);
  }

  Path file() {
    return file;
  }

  /** Shows a picture of this size; none for a width of 0. */
  void draw(int newWidth, int height) {
    width = newWidth;
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING)) {
      if (width > 0) {
        channel.write(ByteBuffer.allocate(1), 2L * width * height - 1);
        drawBars(channel);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Moves the bars. */
  void move() {
    if (width == 0) {
      return;
    }
    offset += STEP_PIXELS;
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      drawBars(channel);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void drawBars(FileChannel channel) throws IOException {
    byte[] line = new byte[2 * width];
    for (int x = 0; x < width; x++) {
      int[] bar = BARS[(x + offset) % width * BARS.length / width];
      line[2 * x] = (byte) bar[0];
      line[2 * x + 1] = (byte) bar[x % 2 == 0 ? 1 : 2];
    }
    ByteBuffer lines = ByteBuffer.allocate(BAR_LINES * line.length);
    for (int i = 0; i < BAR_LINES; i++) {
      lines.put(line);
    }
    channel.write(lines.flip(), 0);
  }
}
