// SPDX-License-Identifier: Apache-2.0
// The HDMI capture: a source that comes and goes, signals that change, frames that count.
package org.hy300.simulator;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.random.RandomGenerator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Attributes as in the ABI document sysfs-class-hy300-tvcap. Somebody watches whatever comes in: a
 * signal streams as soon as it is there. Belongs to the simulator's thread.
 */
final class HdmiInput {
  private static final long FRAMES_MS = 1_000;
  private static final long PICTURE_MS = 2_000;
  private static final int BUFFERS = 4;

  private static final String NO_ERROR = "none";
  private static final String[] ERRORS = {
    NO_ERROR, "overflow", "underflow", "hardware", "dma", "fifo", "timeout"
  };

  /** Once in so many seconds of streaming, on average. */
  private static final int ERROR_EVERY_S = 600;

  private static final int DROP_EVERY_FRAMES = 5_000;

  private static final String AUTO = "auto";
  private static final Signal UNPLUGGED = new Signal(false, 0, 0, 0);
  private static final Signal SILENT = new Signal(true, 0, 0, 0);
  private static final Signal[] MODES = {
    new Signal(true, 1920, 1080, 60),
    new Signal(true, 1920, 1080, 50),
    new Signal(true, 1280, 720, 60)
  };
  private static final Pattern MODE = Pattern.compile("(\\d{3,4})x(\\d{3,4})@(\\d{1,3})");

  /** What comes in by the cable; no width without a picture. */
  private record Signal(boolean connected, int width, int height, int rate) {
    boolean isLocked() {
      return width > 0;
    }

    String resolution() {
      return width + "x" + height;
    }
  }

  private final AttributeDirectory attributes;
  private final AttributeDirectory knobs;
  private final Clock clock;
  private final RandomGenerator random;
  private final TestPicture picture;

  private boolean enabled = true;
  private String source = AUTO;
  private Signal cable = UNPLUGGED;
  private Signal shown = UNPLUGGED;
  private Signal lastMode = UNPLUGGED;
  private String error = NO_ERROR;
  private long framesNanos;

  private long captured;
  private long dropped;
  private long bytes;
  private long hotplugs;
  private long signalChanges;
  private long formatChanges;
  private long interrupts;
  private final Map<String, Long> errors = new LinkedHashMap<>();

  HdmiInput(Path classDirectory, AttributeDirectory knobs, Clock clock, RandomGenerator random)
      throws IOException {
    this.knobs = knobs;
    this.clock = clock;
    this.random = random;
    picture = new TestPicture(classDirectory.resolveSibling("dev").resolve("video0"));
    attributes =
        new AttributeDirectory(classDirectory.resolve("tvcap"))
            .writable("enabled", 1, this::enable)
            .readable("hdmi_connected", 0)
            .readable("signal_detected", 0)
            .readable("resolution", "0x0")
            .readable("format", "YUYV")
            .readable("streaming", 0)
            .readable("error", NO_ERROR)
            .readable("video_node", picture.file().toAbsolutePath());
    knobs.writable("hdmi_source", source, this::setSource);
    for (String type : ERRORS) {
      errors.put(type, 0L);
    }
    errors.remove(NO_ERROR);
    show();
    clock.after(2_000 + random.nextInt(8_000), this::play);
    clock.every(FRAMES_MS, this::frames);
    clock.every(PICTURE_MS, picture::move);
  }

  AttributeDirectory attributes() {
    return attributes;
  }

  boolean isStreaming() {
    return shown.isLocked();
  }

  private void enable(String text) {
    if (text.equals("0") || text.equals("1")) {
      enabled = text.equals("1");
      settle();
    }
    attributes.set("enabled", enabled);
  }

  /** `auto`, `none` (unplugged), `silent` (plugged in, no signal), or a mode: 1280x720@60. */
  private void setSource(String text) {
    Matcher mode = MODE.matcher(text);
    Signal next = null;
    if (mode.matches()) {
      next =
          new Signal(
              true,
              Integer.parseInt(mode.group(1)),
              Integer.parseInt(mode.group(2)),
              Math.max(1, Integer.parseInt(mode.group(3))));
    } else if (text.equals("none")) {
      next = UNPLUGGED;
    } else if (text.equals("silent")) {
      next = SILENT;
    }
    if (next != null || text.equals(AUTO)) {
      source = text;
    }
    if (next != null) {
      cable = next;
      settle();
    }
    knobs.set("hdmi_source", source);
  }

  /** What people do with their sources, by chance. */
  private void play() {
    int next = 1_000;
    if (source.equals(AUTO)) {
      if (cable.isLocked()) {
        // Mostly it is switched off or changes its mode; sometimes the cable is pulled.
        cable = random.nextInt(5) == 0 ? UNPLUGGED : SILENT;
        next = 1_000 + random.nextInt(15_000);
      } else {
        cable = MODES[random.nextInt(MODES.length)];
        next = 60_000 + random.nextInt(240_000);
      }
      settle();
    }
    clock.after(next, this::play);
  }

  /** The driver's view of what has changed. */
  private void settle() {
    frames();
    Signal now = enabled ? cable : UNPLUGGED;
    if (now.equals(shown)) {
      return;
    }
    hotplugs += now.connected != shown.connected ? 1 : 0;
    signalChanges += now.isLocked() != shown.isLocked() ? 1 : 0;
    if (now.isLocked()) {
      formatChanges += now.equals(lastMode) ? 0 : 1;
      lastMode = now;
    }
    interrupts++;
    shown = now;
    framesNanos = System.nanoTime();
    picture.draw(shown.width, shown.height);
    show();
  }

  private void frames() {
    boolean failedBefore = !error.equals(NO_ERROR);
    error = NO_ERROR;
    long now = System.nanoTime();
    if (!isStreaming()) {
      framesNanos = now;
      if (failedBefore) {
        show();
      }
      return;
    }
    long frames = (now - framesNanos) * shown.rate / 1_000_000_000;
    if (frames == 0) {
      return;
    }
    framesNanos += frames * 1_000_000_000 / shown.rate;
    long lost = random.nextInt(DROP_EVERY_FRAMES) < frames ? 1 : 0;
    captured += frames - lost;
    dropped += lost;
    bytes += (frames - lost) * shown.width * shown.height * 2;
    interrupts += frames;
    if (random.nextInt(ERROR_EVERY_S) == 0) {
      error = ERRORS[1 + random.nextInt(ERRORS.length - 1)];
      errors.merge(error, 1L, Long::sum);
    }
    show();
  }

  private void show() {
    attributes.set("enabled", enabled);
    attributes.set("hdmi_connected", shown.connected);
    attributes.set("signal_detected", shown.isLocked());
    attributes.set("resolution", shown.resolution());
    attributes.set("streaming", isStreaming());
    attributes.set("error", error);
    showPages();
    attributes.flush();
  }

  private void showPages() {
    attributes.page(
        "capture_stats",
        attributes.changes(
            new ExpositionPage()
                .counter(
                    "hy300_tvcap_frames_captured_total", "Frames handed to user space.", captured)
                .counter(
                    "hy300_tvcap_frames_dropped_total",
                    "Frames that the input made while streaming and nobody got.",
                    dropped)
                .counter(
                    "hy300_tvcap_bytes_captured_total",
                    "Bytes of the frames handed to user space.",
                    bytes)
                .counter(
                    "hy300_tvcap_capture_errors_total",
                    "Buffers given back with an error because their frame failed.",
                    0)
                .gauge(
                    "hy300_tvcap_streaming",
                    "Whether user space has switched streaming on.",
                    isStreaming()),
            "hy300_tvcap_state_changes_total",
            "enabled",
            "hdmi_connected",
            "signal_detected",
            "resolution",
            "format",
            "streaming",
            "error"));
    int buffers = isStreaming() ? BUFFERS : 0;
    int waiting = Math.max(0, buffers - 1);
    attributes.page(
        "buffer_status",
        new ExpositionPage()
            .counter(
                "hy300_tvcap_buffers_allocated_total",
                "Buffers that the driver has allocated.",
                BUFFERS * ((signalChanges + 1) / 2))
            .gauge("hy300_tvcap_buffers", "Buffers that exist, imported ones included.", buffers)
            .gauge("hy300_tvcap_buffer_queue_depth", "Buffers that wait for a frame.", waiting)
            .gauge(
                "hy300_tvcap_buffer_usage_ratio",
                "Part of the buffers that waits for a frame, 0 without buffers.",
                buffers == 0 ? 0 : (double) waiting / buffers));
    attributes.page(
        "signal_detection",
        new ExpositionPage()
            .gauge("hy300_tvcap_enabled", "Whether the input is switched on.", enabled)
            .gauge("hy300_tvcap_hdmi_connected", "Whether a source is plugged in.", shown.connected)
            .gauge(
                "hy300_tvcap_signal_detected",
                "Whether the source sends a signal that is locked.",
                shown.isLocked())
            .counter(
                "hy300_tvcap_hotplug_events_total",
                "Times a source was plugged in or unplugged.",
                hotplugs)
            .counter(
                "hy300_tvcap_signal_changes_total", "Times the signal came or went.", signalChanges)
            .counter(
                "hy300_tvcap_format_changes_total",
                "Times the signal came with another size or rate.",
                formatChanges));
    attributes.page(
        "frame_metrics",
        new ExpositionPage()
            .gauge(
                "hy300_tvcap_width_pixels",
                "Width of the incoming picture, 0 without a signal.",
                shown.width)
            .gauge(
                "hy300_tvcap_height_pixels",
                "Height of the incoming picture, 0 without a signal.",
                shown.height)
            .gauge(
                "hy300_tvcap_frame_interval_seconds",
                "Time between the last two frames, 0 without a signal.",
                shown.rate == 0 ? 0 : Math.round(1e6 / shown.rate) / 1e6));
    ExpositionPage failures =
        new ExpositionPage().family("hy300_tvcap_errors_total", "counter", "Errors by their type.");
    errors.forEach(
        (type, count) -> failures.value("hy300_tvcap_errors_total", count, "type", type));
    attributes.page(
        "error_counters",
        failures
            .states(
                "hy300_tvcap_error",
                "The last error, for a second; 1 for the one that holds.",
                "error",
                ERRORS,
                error)
            .counter("hy300_tvcap_interrupts_total", "Interrupts that were handled.", interrupts));
  }
}
