// SPDX-License-Identifier: Apache-2.0
// The words that a program can tell a command's failures apart by.
package org.hy300.contract;

/** Values of {@code error.code} in replies. */
public final class ErrorCode {
  /** Not JSON, a field missing or of a wrong type. */
  public static final String MALFORMED = "malformed";

  /** No such subsystem or action on this device. */
  public static final String UNKNOWN_COMMAND = "unknown_command";

  /** An argument is missing, of a wrong type or out of its range. */
  public static final String INVALID_ARGUMENT = "invalid_argument";

  /** The command carried the retain flag. */
  public static final String RETAINED = "retained";

  /** The command arrived after its expiry. */
  public static final String EXPIRED = "expired";

  /** The device does not know the time yet, so it does not know whether the command has expired. */
  public static final String CLOCK_UNSYNCED = "clock_unsynced";

  /** Too many commands at once. */
  public static final String BUSY = "busy";

  /** As many as there may be are there already; remove one first. */
  public static final String LIMIT = "limit";

  /** The motor does not know its position; send `motor/home` first. */
  public static final String NOT_HOMED = "not_homed";

  /** The motor has a fault; `motor/clear_fault` and `motor/home` come first. */
  public static final String FAULT = "fault";

  /** A newer command took the motor. */
  public static final String SUPERSEDED = "superseded";

  /** `motor/stop`, or somebody at the device, ended the move. */
  public static final String STOPPED = "stopped";

  /** The driver's attribute is not there (module not loaded, device unbound) or not the agent's. */
  public static final String UNAVAILABLE = "unavailable";

  /** The driver refused or the read failed in another way; the message has the kernel's words. */
  public static final String DRIVER = "driver";

  /** The action did not end in its time. */
  public static final String TIMEOUT = "timeout";

  /** A mistake in the agent itself, which is in its log. */
  public static final String INTERNAL = "internal";

  /** The agent stopped or crashed between `accepted` and the end. */
  public static final String INTERRUPTED = "interrupted";

  /** No connection to the device, so the command was not sent or its reply not heard. */
  public static final String DEVICE_OFFLINE = "device_offline";

  /** No device of that name has been seen. */
  public static final String UNKNOWN_DEVICE = "unknown_device";

  /** Another command has that identifier. */
  public static final String ID_IN_USE = "id_in_use";

  /** The collector is being stopped. */
  public static final String STOPPING = "stopping";

  /** A command to several devices means none: no device has the labels. */
  public static final String NO_DEVICE = "no_device";

  /** A command to several devices was not done by all of them. */
  public static final String PARTIAL = "partial";

  private ErrorCode() {}
}
