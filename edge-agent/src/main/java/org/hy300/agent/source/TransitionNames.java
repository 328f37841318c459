// SPDX-License-Identifier: Apache-2.0
// Maps the numbers of a transition to the names and texts in sysfs (uapi: linux/hy300.h).
package org.hy300.agent.source;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.hy300.contract.Subsystems;

/** A test compares the tables with the header. */
final class TransitionNames {
  static final Map<Integer, String> SUBSYSTEMS =
      Map.of(1, Subsystems.MIPS, 2, Subsystems.TVCAP, 3, Subsystems.MOTOR);

  static final Map<String, List<String>> ATTRIBUTES =
      Map.of(
          Subsystems.MIPS, List.of("state", "firmware_loaded", "keystone"),
          Subsystems.TVCAP,
              List.of(
                  "enabled",
                  "hdmi_connected",
                  "signal_detected",
                  "resolution",
                  "format",
                  "streaming",
                  "error"),
          Subsystems.MOTOR,
              List.of("position", "target_position", "moving", "homed", "limit_switch", "fault"));

  /** Words by {@code subsystem/attribute}, in the order of their numbers. */
  static final Map<String, List<String>> WORDS =
      Map.of(
          "mips/state",
              List.of(
                  "off",
                  "initial",
                  "sleep",
                  "idle",
                  "transition_up",
                  "running",
                  "unknown",
                  "unresponsive"),
          "tvcap/error",
              List.of("none", "overflow", "underflow", "hardware", "dma", "fifo", "timeout"),
          "motor/fault",
              List.of(
                  "none",
                  "limit_switch_stuck",
                  "homing_timeout",
                  "limit_switch_unexpected",
                  "step_error"));

  private TransitionNames() {}

  /**
   * A change of one attribute: the class device's name, the attribute's name, and its new value.
   */
  record Change(String device, String attribute, String now) {}

  /** Empty when a newer driver reports something that this agent does not know. */
  static Optional<Change> of(BridgeMessage.Notify notify) {
    String subsystem = SUBSYSTEMS.get(notify.subsystem());
    if (subsystem == null
        || notify.event() < 0
        || notify.event() >= ATTRIBUTES.get(subsystem).size()) {
      return Optional.empty();
    }
    String attribute = ATTRIBUTES.get(subsystem).get(notify.event());
    return text(subsystem, attribute, notify.value())
        .map(
            now ->
                new Change(
                    notify.unit() == 0 ? subsystem : subsystem + notify.unit(), attribute, now));
  }

  private static Optional<String> text(String subsystem, String attribute, long value) {
    List<String> words = WORDS.get(subsystem + "/" + attribute);
    if (words != null) {
      return value >= 0 && value < words.size()
          ? Optional.of(words.get((int) value))
          : Optional.empty();
    }
    return Optional.of(
        switch (attribute) {
          case "resolution" -> (value & 0xffff) + "x" + (value >> 16);
          case "format" -> fourcc(value);
          default -> Long.toString(value);
        });
  }

  private static String fourcc(long value) {
    byte[] bytes =
        ByteBuffer.allocate(Integer.BYTES)
            .order(ByteOrder.LITTLE_ENDIAN)
            .putInt((int) value)
            .array();
    return new String(bytes, StandardCharsets.ISO_8859_1).strip();
  }
}
