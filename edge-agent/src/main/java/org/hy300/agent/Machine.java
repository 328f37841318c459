// SPDX-License-Identifier: Apache-2.0
// What identifies the machine: serial number, model, kernel, boot.
package org.hy300.agent;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.hy300.contract.Topics;

/** Facts that do not change while the agent runs. */
final class Machine {
  private static final Path SERIAL = Path.of("/proc/device-tree/serial-number");
  private static final Path MACHINE_ID = Path.of("/etc/machine-id");
  private static final Path MODEL = Path.of("/proc/device-tree/model");
  private static final Path PC_MODEL = Path.of("/sys/class/dmi/id/product_name");
  private static final Path KERNEL = Path.of("/proc/sys/kernel/osrelease");
  private static final Path BOOT_ID = Path.of("/proc/sys/kernel/random/boot_id");

  private Machine() {}

  /**
   * The default device name: the SoC's serial number, or else the machine ID. A host name would be
   * the same on every clone of a disk image.
   */
  static Optional<String> defaultDevice() {
    return text(SERIAL)
        .or(() -> text(MACHINE_ID))
        .map(name -> "hy300-" + name)
        .filter(Topics::isDeviceName);
  }

  static String model() {
    return text(MODEL).or(() -> text(PC_MODEL)).orElse("unknown");
  }

  static String kernel() {
    return text(KERNEL).orElse("unknown");
  }

  static String bootId() {
    return text(BOOT_ID).orElse("unknown");
  }

  /** Strips the NUL that ends a device-tree string. */
  private static Optional<String> text(Path file) {
    try {
      return Optional.of(Files.readString(file).replace("\0", "").strip())
          .filter(text -> !text.isEmpty());
    } catch (IOException e) {
      return Optional.empty();
    }
  }
}
