// SPDX-License-Identifier: Apache-2.0
// The embedded broker's password: random, in a file that only its user can read.
package org.hy300.collector.broker;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Set;

/**
 * It survives restarts, because agents and people have copies of it. To change it, remove the file
 * and restart the collector.
 */
final class PasswordFile {
  private static final int BYTES = 32;

  private static final Set<PosixFilePermission> OWNER_ONLY =
      Set.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE);

  private PasswordFile() {}

  /**
   * Reads the password, or creates one.
   *
   * @throws IOException when the file cannot be read or written, or its password cannot be trusted;
   *     the message has the reason
   */
  static String keep(Path file) throws IOException {
    try {
      if (!Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
        make(file);
      }
      return read(file);
    } catch (FileSystemException e) {
      throw new IOException("the password " + file + " cannot be read or made: " + e, e);
    }
  }

  /** The file gets its name only once it is complete. */
  private static void make(Path file) throws IOException {
    byte[] random = new byte[BYTES];
    new SecureRandom().nextBytes(random);
    Files.createDirectories(file.getParent());
    // A new file with mode 0600.
    Path whole = Files.createTempFile(file.getParent(), file.getFileName().toString(), "");
    try {
      Files.writeString(
          whole,
          HexFormat.of().formatHex(random) + "\n",
          StandardOpenOption.WRITE,
          StandardOpenOption.SYNC);
      Files.move(whole, file, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(whole);
    }
  }

  private static String read(Path file) throws IOException {
    PosixFileAttributes attributes =
        Files.readAttributes(file, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    if (!attributes.isRegularFile()) {
      throw refused(file, "is a link or no file");
    }
    if (!OWNER_ONLY.containsAll(attributes.permissions())) {
      throw refused(file, "is open to others than its user");
    }
    try (InputStream in = Files.newInputStream(file, LinkOption.NOFOLLOW_LINKS)) {
      String text = new String(in.readNBytes(4 * BYTES), StandardCharsets.ISO_8859_1).strip();
      if (!text.matches("[0-9a-f]{" + 2 * BYTES + "}")) {
        throw refused(file, "holds no password that was made here");
      }
      return text;
    }
  }

  private static IOException refused(Path file, String why) {
    return new IOException(
        "the password " + file + " " + why + "; remove it, and the next start makes another one");
  }
}
