// SPDX-License-Identifier: Apache-2.0
// Files with passwords and tokens, with the permissions that the programs require.
package org.hy300.testing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/** Only the owner may read or write them. */
public final class Secrets {
  private Secrets() {}

  /** Writes a file and returns its path. */
  public static Path write(Path file, String text) throws IOException {
    if (Files.notExists(file)) {
      Files.createFile(
          file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    }
    return Files.writeString(file, text);
  }
}
