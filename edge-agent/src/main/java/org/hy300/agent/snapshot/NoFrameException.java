// SPDX-License-Identifier: Apache-2.0
// There is no frame to be had of the HDMI input.
package org.hy300.agent.snapshot;

import java.io.IOException;

/** The message is one line for people. */
public final class NoFrameException extends IOException {
  private static final long serialVersionUID = 1L;

  NoFrameException(String message) {
    super(message);
  }

  NoFrameException(String message, Throwable cause) {
    super(message, cause);
  }
}
