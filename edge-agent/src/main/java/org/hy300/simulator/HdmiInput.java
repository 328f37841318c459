// SPDX-License-Identifier: Apache-2.0
// The HDMI capture: a source that comes and goes, signals that change, frames that are counted.
package org.hy300.simulator;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Attributes as in the ABI document sysfs-class-hy300-tvcap. Every signal streams as soon as it is
 * there, as if somebody watched it. Belongs to the simulator's thread.
 */
final class HdmiInput {
  private static final long FRAMES_MS = 1_000;
  private static final long PICTURE_MS = 2_000;
  private static final int BUFFERS = 4;

  private static final String NO_ERROR = "none";
  private static final List<String> ERRORS = DriverFamilies.words("hy300_tvcap_errors_total");

  /** One error in this many seconds of streaming, on average. */
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

  /** The signal on the cable; width 0 without a picture. */
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

  /** Random actions of people on their sources. */
  private void play() {
    int next = 1_000;
    if (source.equals(AUTO)) {
      if (cable.isLocked()) {
        // Usually the source is switched off or changes its mode; sometimes the cable is pulled.
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

  /** Updates the driver's attributes after a change. */
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
      error = ERRORS.get(random.nextInt(ERRORS.size()));
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
                .value("hy300_tvcap_frames_captured_total", captured)
                .value("hy300_tvcap_frames_dropped_total", dropped)
                .value("hy300_tvcap_bytes_captured_total", bytes)
                .value("hy300_tvcap_capture_errors_total", 0)
                .value("hy300_tvcap_streaming", isStreaming()),
            "hy300_tvcap_state_changes_total"));
    int buffers = isStreaming() ? BUFFERS : 0;
    int waiting = Math.max(0, buffers - 1);
    attributes.page(
        "buffer_status",
        new ExpositionPage()
            .value("hy300_tvcap_buffers_allocated_total", BUFFERS * ((signalChanges + 1) / 2))
            .value("hy300_tvcap_buffers", buffers)
            .value("hy300_tvcap_buffer_queue_depth", waiting)
            .value(
                "hy300_tvcap_buffer_usage_ratio", buffers == 0 ? 0 : (double) waiting / buffers));
    attributes.page(
        "signal_detection",
        new ExpositionPage()
            .value("hy300_tvcap_enabled", enabled)
            .value("hy300_tvcap_hdmi_connected", shown.connected)
            .value("hy300_tvcap_signal_detected", shown.isLocked())
            .value("hy300_tvcap_hotplug_events_total", hotplugs)
            .value("hy300_tvcap_signal_changes_total", signalChanges)
            .value("hy300_tvcap_format_changes_total", formatChanges));
    attributes.page(
        "frame_metrics",
        new ExpositionPage()
            .value("hy300_tvcap_width_pixels", shown.width)
            .value("hy300_tvcap_height_pixels", shown.height)
            .value(
                "hy300_tvcap_frame_interval_seconds",
                shown.rate == 0 ? 0 : Math.round(1e6 / shown.rate) / 1e6));
    attributes.page(
        "error_counters",
        new ExpositionPage()
            .words("hy300_tvcap_errors_total", errors)
            .states("hy300_tvcap_error", error)
            .value("hy300_tvcap_interrupts_total", interrupts));
  }
}
