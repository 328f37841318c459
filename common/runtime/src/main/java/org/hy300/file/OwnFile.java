// SPDX-License-Identifier: Apache-2.0
// Small files that a program always rewrites completely.
package org.hy300.file;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/** Does not follow links: a user who can put one into the directory must not redirect the write. */
public final class OwnFile {
  private OwnFile() {}

  /** Replaces the file atomically; creates the directory if it is missing. */
  public static void replace(Path file, byte[] bytes) throws IOException {
    Files.createDirectories(file.getParent());
    Path fresh = file.resolveSibling("." + file.getFileName() + ".new");
    Files.deleteIfExists(fresh);
    try (FileChannel out =
        FileChannel.open(fresh, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      ByteBuffer rest = ByteBuffer.wrap(bytes);
      while (rest.hasRemaining()) {
        out.write(rest);
      }
    }
    Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
  }
}
