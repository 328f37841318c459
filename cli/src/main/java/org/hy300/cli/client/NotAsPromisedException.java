// SPDX-License-Identifier: Apache-2.0
// A part of an answer that is not as the collector's API says.
package org.hy300.cli.client;

/** The message names the field; the client says of which answer, and ends the program with it. */
public final class NotAsPromisedException extends Exception {
  private static final long serialVersionUID = 1;

  NotAsPromisedException(String message) {
    super(message);
  }
}
