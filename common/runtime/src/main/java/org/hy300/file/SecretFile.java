// SPDX-License-Identifier: Apache-2.0
// Files with a password, a key or a token, which other users must not read.
package org.hy300.file;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Set;

/** Checks the mode of the file, and not whether it can be read: root can read everything. */
public final class SecretFile {
  private static final Set<PosixFilePermission> OF_OTHERS =
      Set.of(PosixFilePermission.OTHERS_READ, PosixFilePermission.OTHERS_WRITE);

  private SecretFile() {}

  /**
   * Rejects a file that others than its owner and group may read or write.
   *
   * @throws IllegalArgumentException with one line for the user
   * @throws IOException when the mode cannot be read
   */
  public static void check(Path file) throws IOException {
    PosixFileAttributeView view = Files.getFileAttributeView(file, PosixFileAttributeView.class);
    if (view != null
        && view.readAttributes().permissions().stream().anyMatch(OF_OTHERS::contains)) {
      throw new IllegalArgumentException(
          file + " holds a secret, and every user may read or write it; chmod o-rwx it");
    }
  }
}
