// SPDX-License-Identifier: Apache-2.0
// Keeps a second program out of a directory.
package org.hy300.journal;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Held until it is closed, or the program ends. */
final class DirectoryLock implements AutoCloseable {
  /** Another program has the directory. */
  static final class InUseException extends IOException {
    private static final long serialVersionUID = 1L;

    InUseException(String message) {
      super(message);
    }
  }

  private final FileChannel file;

  /**
   * Takes the directory.
   *
   * @throws InUseException when another program has it
   * @throws IOException when the file of the lock cannot be opened
   */
  DirectoryLock(Path directory) throws IOException {
    file =
        FileChannel.open(
            directory.resolve("lock"),
            StandardOpenOption.CREATE,
            StandardOpenOption.WRITE,
            LinkOption.NOFOLLOW_LINKS);
    if (!isTaken()) {
      file.close();
      throw new InUseException(
          directory + " is in use by another program; give each one a directory of its own");
    }
  }

  private boolean isTaken() throws IOException {
    try {
      return file.tryLock() != null;
    } catch (OverlappingFileLockException e) {
      return false;
    }
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
