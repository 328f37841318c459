// SPDX-License-Identifier: Apache-2.0
// One picture: read from a video node in any of its formats, stored as RGB.
package org.hy300.agent.snapshot;

import java.awt.image.BufferedImage;
import java.awt.image.DataBufferByte;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;

/** Needs three bytes a pixel. Reads a frame line by line, so it needs no copy of the input. */
final class Frame {
  /** Names as in the driver's attribute `format` (ABI document sysfs-class-hy300-tvcap). */
  enum Format {
    /** Y, U, Y, V for every two pixels. */
    YUYV,
    /** All Y; then all U and all V, one of each for four pixels. */
    YUV420,
    /** R, G and B. */
    RGB24,
    /** V4L2_PIX_FMT_XRGB32: padding, R, G and B. */
    RGB32
  }

  private static final int CHANNELS = 3;

  /** The driver treats sources with fewer lines as standard definition. */
  private static final int HD_LINES = 720;

  /** Contributions of U and V to red, green and blue in 1/256 (ITU-R BT.601-7 and BT.709-6). */
  private static final int[] BT601 = {409, -100, -208, 516};

  private static final int[] BT709 = {459, -55, -136, 541};

  private final BufferedImage image;
  private final byte[] bgr;

  private Frame(int width, int height) {
    image = new BufferedImage(width, height, BufferedImage.TYPE_3BYTE_BGR);
    bgr = ((DataBufferByte) image.getRaster().getDataBuffer()).getData();
  }

  BufferedImage image() {
    return image;
  }

  int width() {
    return image.getWidth();
  }

  int height() {
    return image.getHeight();
  }

  /**
   * Reads one frame.
   *
   * @param width even, as in all formats with shared colours
   * @throws EOFException when there are fewer bytes than a frame has
   */
  static Frame read(InputStream in, Format format, int width, int height) throws IOException {
    Frame frame = new Frame(width, height);
    switch (format) {
      case YUYV -> frame.readYuyv(in);
      case YUV420 -> frame.readYuv420(in);
      case RGB24 -> frame.readRgb(in, 3, 0);
      case RGB32 -> frame.readRgb(in, 4, 1);
    }
    return frame;
  }

  private static void fill(InputStream in, byte[] line) throws IOException {
    int count = in.readNBytes(line, 0, line.length);
    if (count < line.length) {
      throw new EOFException("the frame ends within a line");
    }
  }

  private void readRgb(InputStream in, int size, int offset) throws IOException {
    byte[] line = new byte[width() * size];
    for (int y = 0; y < height(); y++) {
      fill(in, line);
      int to = y * width() * CHANNELS;
      for (int from = offset; from < line.length; from += size) {
        bgr[to++] = line[from + 2];
        bgr[to++] = line[from + 1];
        bgr[to++] = line[from];
      }
    }
  }

  private void readYuyv(InputStream in) throws IOException {
    byte[] line = new byte[width() * 2];
    for (int y = 0; y < height(); y++) {
      fill(in, line);
      int to = y * width() * CHANNELS;
      for (int from = 0; from < line.length; from += 4) {
        for (int pixel = 0; pixel < 2; pixel++) {
          bgr[to++] = line[from + 2 * pixel];
          bgr[to++] = line[from + 1];
          bgr[to++] = line[from + 3];
        }
      }
    }
    convert();
  }

  private void readYuv420(InputStream in) throws IOException {
    byte[] line = new byte[width()];
    for (int y = 0; y < height(); y++) {
      fill(in, line);
      for (int x = 0; x < line.length; x++) {
        bgr[(y * width() + x) * CHANNELS] = line[x];
      }
    }
    for (int channel = 1; channel < CHANNELS; channel++) {
      byte[] colours = new byte[width() / 2];
      for (int y = 0; y < height(); y++) {
        if (y % 2 == 0) {
          fill(in, colours);
        }
        for (int x = 0; x < width(); x++) {
          bgr[(y * width() + x) * CHANNELS + channel] = colours[x / 2];
        }
      }
    }
    convert();
  }

  /** Converts each pixel from Y, U, V to B, G, R, in place. */
  private void convert() {
    int[] parts = height() < HD_LINES ? BT601 : BT709;
    for (int i = 0; i < bgr.length; i += CHANNELS) {
      int luma = 298 * ((bgr[i] & 0xff) - 16) + 128;
      int u = (bgr[i + 1] & 0xff) - 128;
      int v = (bgr[i + 2] & 0xff) - 128;
      bgr[i] = clamp(luma + parts[3] * u);
      bgr[i + 1] = clamp(luma + parts[1] * u + parts[2] * v);
      bgr[i + 2] = clamp(luma + parts[0] * v);
    }
  }

  private static byte clamp(int parts) {
    return (byte) Math.max(0, Math.min(255, parts >> 8));
  }

  /** The picture at half the width and height. */
  Frame half() {
    Frame half = new Frame(width() / 2, height() / 2);
    for (int y = 0; y < half.height(); y++) {
      for (int x = 0; x < half.width(); x++) {
        for (int channel = 0; channel < CHANNELS; channel++) {
          int from = (2 * y * width() + 2 * x) * CHANNELS + channel;
          int below = from + width() * CHANNELS;
          int sum =
              (bgr[from] & 0xff)
                  + (bgr[from + CHANNELS] & 0xff)
                  + (bgr[below] & 0xff)
                  + (bgr[below + CHANNELS] & 0xff);
          half.bgr[(y * half.width() + x) * CHANNELS + channel] = (byte) (sum / 4);
        }
      }
    }
    return half;
  }
}
