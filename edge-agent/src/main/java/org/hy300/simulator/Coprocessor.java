// SPDX-License-Identifier: Apache-2.0
// The MIPS co-processor: boots, loads a firmware and takes the keystone's corners.
package org.hy300.simulator;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/** Attributes as in the ABI document sysfs-class-hy300-mips. Belongs to the simulator's thread. */
final class Coprocessor {
  /** The only firmware (specification: hardware). */
  private static final String FIRMWARE = "display.bin";

  private static final String FIRMWARE_CRC32 = "e0376895";
  private static final int FIRMWARE_BYTES = 1_250_000;

  private static final String RUNNING = "running";
  private static final String UNRESPONSIVE = "unresponsive";
  private static final String[] BOOT = {"initial", "transition_up", RUNNING};
  private static final long BOOT_STEP_MS = 300;
  private static final long SILENCE_MS = 1_000;

  private static final String[] MODES = {"ok", "silent"};
  private static final int CORNERS = 8;
  private static final String OFFSETS = "hy300_mips_keystone_offset";
  private static final int FURTHEST_CORNER = 100;

  private static final Map<String, Integer> REGIONS = new LinkedHashMap<>();

  static {
    REGIONS.put("boot_code", 4 << 10);
    REGIONS.put("firmware", 12 << 20);
    REGIONS.put("debug", 1 << 20);
    REGIONS.put("config", 256 << 10);
    REGIONS.put("tse_database", 1 << 20);
    REGIONS.put("framebuffer", 26 << 20);
  }

  private final AttributeDirectory attributes;
  private final AttributeDirectory knobs;
  private final Clock clock;

  private String mode = "ok";

  /** U-Boot has started it, as on most projectors. */
  private String state = RUNNING;

  private boolean loadedByUs;
  private int[] corners = new int[CORNERS];

  /** Boots begun; a newer one replaces the one before. */
  private int boots;

  private long loadAttempts;
  private long loadSuccesses;
  private final Map<String, Long> accesses = counters("hy300_mips_register_access_total");
  private final Map<String, Long> errors = counters("hy300_mips_communication_errors_total");
  private final Map<String, Long> orders = counters("hy300_mips_orders_total");

  Coprocessor(Path classDirectory, AttributeDirectory knobs, Clock clock) throws IOException {
    this.knobs = knobs;
    this.clock = clock;
    attributes =
        new AttributeDirectory(classDirectory.resolve("mips"))
            .readable("state", state)
            .readable("firmware_loaded", 1)
            .writable("keystone", keystone(), this::setKeystone)
            .order("restart", this::restart)
            .order("load_firmware", this::load);
    knobs.writable("mips_mode", mode, this::setMode);
    show();
  }

  AttributeDirectory attributes() {
    return attributes;
  }

  private static Map<String, Long> counters(String family) {
    Map<String, Long> counters = new LinkedHashMap<>();
    for (String name : DriverFamilies.words(family)) {
      counters.put(name, 0L);
    }
    return counters;
  }

  private static void count(Map<String, Long> counters, String name) {
    counters.merge(name, 1L, Long::sum);
  }

  private void restart(String text) {
    if (text.equals("1")) {
      count(orders, "restart");
      boot();
    }
  }

  private void load(String name) {
    loadAttempts++;
    if (name.equals(FIRMWARE)) {
      loadSuccesses++;
      loadedByUs = true;
      boot();
    }
    show();
  }

  private void boot() {
    boots++;
    accesses.merge("control", 2L, Long::sum);
    boot(boots, 0);
  }

  private void boot(int number, int step) {
    if (number != boots) {
      return;
    }
    boolean silent = mode.equals("silent");
    count(accesses, "status");
    if (silent && step > 0) {
      state = UNRESPONSIVE;
      count(errors, "boot_timeout");
    } else {
      state = BOOT[step];
      if (step + 1 < BOOT.length) {
        clock.after(silent ? SILENCE_MS : BOOT_STEP_MS, () -> boot(number, step + 1));
      }
    }
    show();
  }

  private void setKeystone(String text) {
    int[] wanted = parse(text);
    if (wanted != null) {
      count(orders, "keystone");
      accesses.merge("cmd", 1L, Long::sum);
      count(accesses, "status");
      if (mode.equals("ok") && state.equals(RUNNING)) {
        corners = wanted;
      } else {
        count(errors, "keystone_timeout");
      }
    }
    // Restores the value after a refusal: the kernel's driver returns EINVAL, ERANGE or ETIMEDOUT.
    show();
  }

  /** Eight numbers within their bounds, or null. */
  private static int[] parse(String text) {
    try {
      int[] numbers = Arrays.stream(text.split("\\s+")).mapToInt(Integer::parseInt).toArray();
      boolean legal =
          numbers.length == CORNERS
              && Arrays.stream(numbers).allMatch(n -> Math.abs(n) <= FURTHEST_CORNER);
      return legal ? numbers : null;
    } catch (NumberFormatException e) {
      return null;
    }
  }

  private String keystone() {
    StringBuilder text = new StringBuilder();
    for (int corner : corners) {
      text.append(text.isEmpty() ? "" : " ").append(corner);
    }
    return text.toString();
  }

  private void setMode(String text) {
    if (Arrays.asList(MODES).contains(text)) {
      mode = text;
    }
    knobs.set("mips_mode", mode);
  }

  private void show() {
    boolean firmware = loadedByUs || state.equals(RUNNING);
    attributes.set("state", state);
    attributes.set("firmware_loaded", firmware);
    attributes.set("keystone", keystone());
    ExpositionPage memory = new ExpositionPage();
    if (loadedByUs) {
      memory.value("hy300_mips_memory_usage_bytes", FIRMWARE_BYTES, "region", "firmware");
    }
    attributes.page("memory_stats", memory.words("hy300_mips_memory_size_bytes", REGIONS));
    attributes.page(
        "register_access_count",
        new ExpositionPage()
            .words("hy300_mips_register_access_total", accesses)
            .value("hy300_mips_interrupts_total", 0));
    ExpositionPage status =
        new ExpositionPage()
            .value("hy300_mips_firmware_loaded", firmware)
            .value("hy300_mips_firmware_load_attempts_total", loadAttempts)
            .value("hy300_mips_firmware_load_successes_total", loadSuccesses)
            .value("hy300_mips_firmware_load_failures_total", loadAttempts - loadSuccesses)
            .value("hy300_mips_firmware_size_bytes", loadedByUs ? FIRMWARE_BYTES : 0);
    if (loadedByUs) {
      status.value("hy300_mips_firmware_info", 1, "name", FIRMWARE, "crc32", FIRMWARE_CRC32);
    }
    status
        .value("hy300_mips_firmware_expected_info", 1, "crc32", FIRMWARE_CRC32)
        .states("hy300_mips_state", state)
        .value("hy300_mips_attached", !loadedByUs);
    for (int i = 0; i < CORNERS; i++) {
      String[] labels = DriverFamilies.find(OFFSETS).labels().get(i).toArray(String[]::new);
      status.value(OFFSETS, corners[i], labels);
    }
    attributes.page(
        "firmware_status", attributes.changes(status, "hy300_mips_state_changes_total"));
    attributes.page(
        "communication_errors",
        new ExpositionPage()
            .words("hy300_mips_communication_errors_total", errors)
            .words("hy300_mips_orders_total", orders));
    attributes.flush();
  }
}
