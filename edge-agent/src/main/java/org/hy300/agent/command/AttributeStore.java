// SPDX-License-Identifier: Apache-2.0
// Writes to a driver's attribute and translates the kernel's refusals.
package org.hy300.agent.command;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import org.hy300.contract.ErrorCode;
import org.hy300.contract.ReplyMessage;

/** One write, one order (specification: kernel; errors: ABI document of the class). */
final class AttributeStore {
  /** Codes by the kernel's words, which the C locale gives. */
  private static final Map<String, String> CODES =
      Map.of(
          "Resource temporarily unavailable", ErrorCode.NOT_HOMED,
          "Input/output error", ErrorCode.FAULT,
          "Device or resource busy", ErrorCode.BUSY,
          "Invalid argument", ErrorCode.INVALID_ARGUMENT,
          "Numerical result out of range", ErrorCode.INVALID_ARGUMENT,
          "No such device", ErrorCode.UNAVAILABLE);

  /** What to do about {@link ErrorCode#NOT_HOMED}. */
  static final String HOME_FIRST = "the motor is not homed; send motor/home first";

  private AttributeStore() {}

  /** A store that the driver refused, with the reason for the reply. */
  static final class RefusedException extends Exception {
    private static final long serialVersionUID = 1L;

    private final transient ReplyMessage.Reason reason;

    RefusedException(String code, String message) {
      super(message);
      reason = new ReplyMessage.Reason(code, message);
    }

    ReplyMessage.Reason reason() {
      return reason;
    }
  }

  /** Writes the text. Blocks as long as the driver takes. */
  static void write(Path attribute, String text) throws RefusedException {
    try (FileChannel channel =
        FileChannel.open(
            attribute, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING)) {
      // Java gives EAGAIN as nothing written.
      if (channel.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8))) == 0) {
        throw refused(attribute, "Resource temporarily unavailable");
      }
    } catch (NoSuchFileException e) {
      throw new RefusedException(
          ErrorCode.UNAVAILABLE, attribute + " does not exist; is its driver bound?");
    } catch (IOException e) {
      throw refused(attribute, String.valueOf(e.getMessage()));
    }
  }

  private static RefusedException refused(Path attribute, String words) {
    String code = CODES.getOrDefault(words, ErrorCode.DRIVER);
    String advice =
        switch (code) {
          case ErrorCode.NOT_HOMED -> HOME_FIRST;
          case ErrorCode.FAULT -> "the motor has a fault; send motor/clear_fault, then motor/home";
          case ErrorCode.BUSY -> "the motor is homing; wait for its end or send motor/stop";
          default -> attribute + ": " + words;
        };
    return new RefusedException(code, advice);
  }
}
