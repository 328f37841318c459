// SPDX-License-Identifier: Apache-2.0
// Writes to a driver's attribute and translates the kernel's errors.
package org.hy300.agent.command;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import org.hy300.contract.ErrorCode;
import org.hy300.contract.ReplyMessage;

/** One write is one order (specification: kernel; errors: ABI document of the class). */
final class AttributeStore {
  /** Error codes by the kernel's error text in the C locale. */
  private static final Map<String, String> CODES =
      Map.of(
          "Input/output error", ErrorCode.FAULT,
          "Device or resource busy", ErrorCode.BUSY,
          "Invalid argument", ErrorCode.INVALID_ARGUMENT,
          "Numerical result out of range", ErrorCode.INVALID_ARGUMENT,
          "No such device", ErrorCode.UNAVAILABLE,
          "Connection timed out", ErrorCode.TIMEOUT);

  private AttributeStore() {}

  /** The driver has refused a write; carries the reason for the reply. */
  static final class RefusedException extends Exception {
    private static final long serialVersionUID = 1L;

    private final transient ReplyMessage.Reason reason;

    RefusedException(ReplyMessage.Reason reason) {
      super(reason.message());
      this.reason = reason;
    }

    ReplyMessage.Reason reason() {
      return reason;
    }
  }

  /**
   * Writes the text. Blocks for as long as the driver needs.
   *
   * @param refusals by the kernel's error text: reasons that are more exact than the general ones
   */
  static void write(Path attribute, String text, Map<String, ReplyMessage.Reason> refusals)
      throws RefusedException {
    try (FileChannel channel =
        FileChannel.open(
            attribute, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING)) {
      // Java reports EAGAIN as zero bytes written.
      if (channel.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8))) == 0) {
        throw refused(attribute, "Resource temporarily unavailable", refusals);
      }
    } catch (FileSystemException e) {
      throw new RefusedException(notOpened(e));
    } catch (IOException e) {
      throw refused(attribute, String.valueOf(e.getMessage()), refusals);
    }
  }

  /** The reason for the reply when writing to a device, or reading from it, has failed. */
  static ReplyMessage.Reason why(Path device, Throwable error) {
    if (error instanceof RefusedException refused) {
      return refused.reason();
    }
    if (error instanceof FileSystemException unopened) {
      return notOpened(unopened);
    }
    return error instanceof IOException
        ? new ReplyMessage.Reason(
            ErrorCode.UNAVAILABLE, device + " cannot be used: " + error.getMessage())
        : new ReplyMessage.Reason(ErrorCode.DRIVER, String.valueOf(error));
  }

  /** Exceptions of java.nio.file name the file; the two most usual ones lack the kernel's text. */
  private static ReplyMessage.Reason notOpened(FileSystemException error) {
    String file = error.getFile();
    if (error instanceof NoSuchFileException) {
      return new ReplyMessage.Reason(
          ErrorCode.UNAVAILABLE, file + " does not exist; is its driver bound?");
    }
    if (error instanceof AccessDeniedException) {
      return new ReplyMessage.Reason(
          ErrorCode.UNAVAILABLE, file + ": permission denied; is the agent in its group?");
    }
    return reason(file, String.valueOf(error.getReason()));
  }

  private static ReplyMessage.Reason reason(String file, String words) {
    return new ReplyMessage.Reason(
        CODES.getOrDefault(words, ErrorCode.DRIVER), file + ": " + words);
  }

  private static RefusedException refused(
      Path attribute, String words, Map<String, ReplyMessage.Reason> refusals) {
    ReplyMessage.Reason meant = refusals.get(words);
    return new RefusedException(meant == null ? reason(attribute.toString(), words) : meant);
  }
}
