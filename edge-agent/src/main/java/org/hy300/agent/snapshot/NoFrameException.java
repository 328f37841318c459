// SPDX-License-Identifier: Apache-2.0
// The HDMI input has no frame to read.
package org.hy300.agent.snapshot;

import java.io.IOException;

/** The message is one readable line. */
public final class NoFrameException extends IOException {
  private static final long serialVersionUID = 1L;

  NoFrameException(String message) {
    super(message);
  }

  NoFrameException(String message, Throwable cause) {
    super(message, cause);
  }
}
