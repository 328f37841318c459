// SPDX-License-Identifier: Apache-2.0
// The events of a projector.
package org.hy300.contract;

import java.util.Locale;

/** The names of events; asyncapi.yaml describes the data of each. */
public enum EventName {
  AGENT_STARTED,
  CAPTURE_ERROR,
  FAULT,
  FIRMWARE_FAILED,
  FIRMWARE_LOADED,
  FORMAT_CHANGED,
  GAP,
  HDMI_CONNECTED,
  HDMI_DISCONNECTED,
  HOMED,
  HOMING_FAILED,
  LIMIT_SWITCH,
  MESSAGE,
  MIPS_STATE,
  POSITION_REACHED,
  PROCESS_EXITED,
  PROCESS_SAMPLE,
  PROCESS_STARTED,
  SIGNAL_DETECTED,
  SIGNAL_LOST;

  /** The word in the message. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
