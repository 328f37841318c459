// SPDX-License-Identifier: Apache-2.0
// A part of an answer that violates the collector's API.
package org.hy300.cli.client;

/** The message names the field. The client adds the request and ends the program. */
public final class NotAsPromisedException extends Exception {
  private static final long serialVersionUID = 1;

  NotAsPromisedException(String message) {
    super(message);
  }
}
