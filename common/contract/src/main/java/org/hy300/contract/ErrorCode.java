// SPDX-License-Identifier: Apache-2.0
// The error codes of commands, for programs.
package org.hy300.contract;

/** Values of {@code error.code} in replies. */
public final class ErrorCode {
  /** Not JSON, or a field is missing or has the wrong type. */
  public static final String MALFORMED = "malformed";

  /** The device has no such subsystem or action. */
  public static final String UNKNOWN_COMMAND = "unknown_command";

  /** An argument is missing, of the wrong type or out of range. */
  public static final String INVALID_ARGUMENT = "invalid_argument";

  /** The command had the retain flag. */
  public static final String RETAINED = "retained";

  /** The command arrived after its expiry. */
  public static final String EXPIRED = "expired";

  /** The device does not know the time yet, so it cannot decide whether the command has expired. */
  public static final String CLOCK_UNSYNCED = "clock_unsynced";

  /** Too many commands at once. */
  public static final String BUSY = "busy";

  /** The maximum is reached; remove one first. */
  public static final String LIMIT = "limit";

  /** The motor does not know its position; send `motor/home` first. */
  public static final String NOT_HOMED = "not_homed";

  /** The motor has a fault; send `motor/clear_fault` and `motor/home` first. */
  public static final String FAULT = "fault";

  /** A newer command took the motor. */
  public static final String SUPERSEDED = "superseded";

  /** `motor/stop`, or a person at the device, ended the move. */
  public static final String STOPPED = "stopped";

  /** The driver's attribute is missing (module not loaded, device unbound) or not accessible. */
  public static final String UNAVAILABLE = "unavailable";

  /** The driver refused, or the read failed in another way; the message has the kernel's error. */
  public static final String DRIVER = "driver";

  /** The action did not end in time. */
  public static final String TIMEOUT = "timeout";

  /** A bug in the agent; its log has the details. */
  public static final String INTERNAL = "internal";

  /** The agent stopped or crashed between `accepted` and the end. */
  public static final String INTERRUPTED = "interrupted";

  /** No connection to the device: the command was not sent, or its reply was missed. */
  public static final String DEVICE_OFFLINE = "device_offline";

  /** No device with that name has been seen. */
  public static final String UNKNOWN_DEVICE = "unknown_device";

  /** Another command has that identifier. */
  public static final String ID_IN_USE = "id_in_use";

  /** The collector is stopping. */
  public static final String STOPPING = "stopping";

  /** No device has the labels of a command to several devices. */
  public static final String NO_DEVICE = "no_device";

  /** Not all devices completed a command to several devices. */
  public static final String PARTIAL = "partial";

  private ErrorCode() {}
}
