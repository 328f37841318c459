// SPDX-License-Identifier: Apache-2.0
// Replies about an attribute or a device node that cannot be opened.
package org.hy300.agent.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.util.Map;
import org.hy300.agent.command.AttributeStore.RefusedException;
import org.hy300.contract.ErrorCode;
import org.hy300.contract.ReplyMessage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AttributeStoreTest {
  private static final Path CLASS = Path.of("/sys/class/hy300/tvcap");

  /** The exception is made here: the tests may run as root, which is never refused. */
  @Test
  void whoMayNotIsToldWhatAndWhereToLook() {
    assertThat(AttributeStore.why(CLASS, new AccessDeniedException("/dev/video0")))
        .isEqualTo(
            new ReplyMessage.Reason(
                ErrorCode.UNAVAILABLE,
                "/dev/video0: permission denied; is the agent in its group?"));
  }

  @Test
  void theFileIsTheOneThatTheExceptionNames() {
    assertThat(
            AttributeStore.why(
                CLASS, new FileSystemException("/dev/video0", null, "Device or resource busy")))
        .isEqualTo(new ReplyMessage.Reason(ErrorCode.BUSY, "/dev/video0: Device or resource busy"));
  }

  /** Even root cannot open a directory for writing. */
  @Test
  void aStoreThatCannotBeOpenedNamesItsFileOnce(@TempDir Path attribute) {
    RefusedException refused =
        catchThrowableOfType(
            RefusedException.class, () -> AttributeStore.write(attribute, "1", Map.of()));
    assertThat(refused.reason())
        .isEqualTo(new ReplyMessage.Reason(ErrorCode.DRIVER, attribute + ": Is a directory"));
  }
}
