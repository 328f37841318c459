// SPDX-License-Identifier: Apache-2.0
// A frame of the HDMI input as JPEG: read from the video node, and reduced to the contract's size
// limit.
package org.hy300.agent.snapshot;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.ImageOutputStream;
import javax.imageio.stream.MemoryCacheImageOutputStream;
import org.hy300.contract.CommandCatalogue;

/**
 * One snapshot.
 *
 * @param jpeg at most the allowed number of bytes
 * @param time when the frame was read
 * @param width of the JPEG, the frame's or less
 * @param height of the JPEG, the frame's or less
 */
@SuppressWarnings("ArrayRecordComponent") // Never compared; a megabyte needs no copy.
public record Snapshot(byte[] jpeg, Instant time, int width, int height) {
  /** Directory of the video nodes. */
  private static final Path DEVICES = Path.of("/dev");

  private static final Duration FRAME = CommandCatalogue.get("tvcap/snapshot").end().patience();

  /** The largest picture that the input supports (its DV timings: 1920x1200). */
  private static final int MAX_PIXELS = 1920 * 1200;

  /** Tried in this order, then again at half the size. */
  private static final float[] QUALITIES = {0.85f, 0.6f, 0.4f};

  private static final int CHUNK = 64 * 1024;
  private static final Pattern RESOLUTION = Pattern.compile("(\\d{1,5})x(\\d{1,5})");

  /** The format and size of the frame that read() will return. */
  private record Picture(String format, String resolution) {
    static Picture of(Path tvcap) throws IOException {
      return new Picture(
          Files.readString(tvcap.resolve("format")).strip(),
          Files.readString(tvcap.resolve("resolution")).strip());
    }
  }

  /**
   * Takes a frame. Blocks for two frames, or until it is clear that none will come.
   *
   * <p>Without S_FMT, read() returns the format that was negotiated last: the attribute `format`,
   * and the size of the source, since the driver captures no other.
   *
   * @param tvcap the input's directory, /sys/class/hy300/tvcap
   * @param maxBytes most bytes of the JPEG
   * @throws NoFrameException when no frame came; other IOExceptions carry the kernel's error text
   */
  public static Snapshot take(Path tvcap, int maxBytes) throws IOException {
    Picture picture = Picture.of(tvcap);
    Matcher size = RESOLUTION.matcher(picture.resolution);
    if (!size.matches()) {
      throw new NoFrameException(tvcap + "/resolution contains '" + picture.resolution + "'");
    }
    int width = Integer.parseInt(size.group(1));
    int height = Integer.parseInt(size.group(2));
    if (width == 0 || height == 0) {
      throw new NoFrameException("there is no signal to take a frame of");
    }
    if (width % 2 != 0 || height % 2 != 0 || (long) width * height > MAX_PIXELS) {
      throw new NoFrameException("the input does not capture " + picture.resolution);
    }
    Frame.Format format =
        Arrays.stream(Frame.Format.values())
            .filter(each -> each.name().equals(picture.format))
            .findFirst()
            .orElseThrow(() -> new NoFrameException("format " + picture.format + " is not known"));
    Path node = DEVICES.resolve(Files.readString(tvcap.resolve("video_node")).strip());
    Frame frame = read(node, format, width, height, picture.resolution);
    Instant time = Instant.now().truncatedTo(ChronoUnit.MILLIS);
    if (!Picture.of(tvcap).equals(picture)) {
      throw new NoFrameException("the signal changed while a frame was read");
    }
    return encode(frame, time, maxBytes);
  }

  private static Frame read(
      Path node, Frame.Format format, int width, int height, String resolution) throws IOException {
    Executor deadline = CompletableFuture.delayedExecutor(FRAME.toMillis(), TimeUnit.MILLISECONDS);
    try (FileChannel channel = FileChannel.open(node, StandardOpenOption.READ);
        InputStream in = new BufferedInputStream(new DeviceStream(channel), CHUNK)) {
      // Closing the channel from another thread ends a read that waits for a frame. After the first
      // bytes, the rest is already in the kernel.
      AtomicBoolean arrived = new AtomicBoolean();
      deadline.execute(
          () -> {
            if (!arrived.get()) {
              close(channel);
            }
          });
      in.mark(1);
      arrived.set(in.read() >= 0);
      in.reset();
      return Frame.read(in, format, width, height);
    } catch (EOFException | ClosedChannelException e) {
      throw new NoFrameException(
          "no frame of "
              + resolution
              + " came from "
              + node
              + " within "
              + FRAME.toSeconds()
              + " s; if the input is set to another size, v4l2-ctl --set-dv-bt-timings query sets it",
          e);
    }
  }

  /** A device has no position, which a channel's own stream needs to report the available bytes. */
  private static final class DeviceStream extends FilterInputStream {
    DeviceStream(FileChannel channel) {
      super(Channels.newInputStream(channel));
    }

    @Override
    public int available() {
      return 0;
    }
  }

  private static void close(FileChannel channel) {
    try {
      channel.close();
    } catch (IOException e) {
      // The reader's own read fails and reports it.
      return;
    }
  }

  private static Snapshot encode(Frame whole, Instant time, int maxBytes) throws IOException {
    for (Frame frame = whole; frame.width() > 1 && frame.height() > 1; frame = frame.half()) {
      for (float quality : QUALITIES) {
        Optional<byte[]> jpeg = encode(frame, quality, maxBytes);
        if (jpeg.isPresent()) {
          return new Snapshot(jpeg.get(), time, frame.width(), frame.height());
        }
      }
    }
    throw new NoFrameException("no JPEG has so few bytes as " + maxBytes);
  }

  /** Empty when the JPEG would exceed the limit. */
  private static Optional<byte[]> encode(Frame frame, float quality, int maxBytes)
      throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(CHUNK);
    ImageWriter writer = ImageIO.getImageWritersByFormatName("jpeg").next();
    try (ImageOutputStream out = new MemoryCacheImageOutputStream(bytes)) {
      ImageWriteParam parameters = writer.getDefaultWriteParam();
      parameters.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
      parameters.setCompressionQuality(quality);
      writer.setOutput(out);
      writer.write(null, new IIOImage(frame.image(), null, null), parameters);
      if (out.length() > maxBytes) {
        return Optional.empty();
      }
    } finally {
      writer.dispose();
    }
    return Optional.of(bytes.toByteArray());
  }
}
