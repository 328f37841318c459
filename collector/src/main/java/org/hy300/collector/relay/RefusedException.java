// SPDX-License-Identifier: Apache-2.0
// A command that is not taken, and why.
package org.hy300.collector.relay;

/** The message is one line for the caller; the code is a word that programs can compare. */
public final class RefusedException extends Exception {
  private static final long serialVersionUID = 1L;

  /** Another command has that identifier. */
  public static final String ID_IN_USE = "id_in_use";

  /** The collector is being stopped. */
  public static final String STOPPING = "stopping";

  /** No device is meant. */
  public static final String NO_DEVICE = "no_device";

  private final String code;

  public RefusedException(String code, String message) {
    super(message);
    this.code = code;
  }

  public String code() {
    return code;
  }
}
