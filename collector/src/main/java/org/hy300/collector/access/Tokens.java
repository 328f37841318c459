// SPDX-License-Identifier: Apache-2.0
// The tokens of a file: one line each with name, role and the token's SHA-256.
package org.hy300.collector.access;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.hy300.contract.Role;

/**
 * A token is 256 random bits, so nobody finds one from its SHA-256 by trying; a slow hash, which
 * protects what people choose, would only slow down each request.
 */
public final class Tokens {
  private static final int BYTES = 32;

  /** Tells a token that has leaked into a log or a repository apart from other texts. */
  private static final String PREFIX = "hy300_";

  private static final Pattern LINE =
      Pattern.compile("([A-Za-z0-9_.@-]{1,64})\\s+([a-z]+)\\s+([0-9a-f]{64})");

  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_.@-]{1,64}");

  @SuppressWarnings("ArrayRecordComponent") // Compared by MessageDigest.isEqual alone.
  private record Entry(Principal principal, byte[] hash) {}

  private final List<Entry> entries;

  private Tokens(List<Entry> entries) {
    this.entries = entries;
  }

  /**
   * Reads a file.
   *
   * @throws IllegalArgumentException when a line is none, in words for the user
   */
  public static Tokens read(Path file) throws IOException {
    refuseOpenFile(file);
    List<Entry> entries = new ArrayList<>();
    int number = 0;
    for (String line : Files.readAllLines(file, StandardCharsets.ISO_8859_1)) {
      number++;
      String text = line.strip();
      if (!text.isEmpty() && !text.startsWith("#")) {
        entries.add(entry(file + " line " + number, text));
      }
    }
    if (entries.isEmpty()) {
      throw new IllegalArgumentException(
          file + " holds no token; `hy300-collector token " + file + " NAME ROLE` makes one");
    }
    return new Tokens(entries);
  }

  /** Who may write the file may do everything. */
  private static void refuseOpenFile(Path file) throws IOException {
    PosixFileAttributeView view = Files.getFileAttributeView(file, PosixFileAttributeView.class);
    if (view != null
        && view.readAttributes().permissions().contains(PosixFilePermission.OTHERS_WRITE)) {
      throw new IllegalArgumentException(file + " may be written by everybody; chmod o-w it");
    }
  }

  private static Entry entry(String where, String line) {
    Matcher matcher = LINE.matcher(line);
    if (!matcher.matches()) {
      throw new IllegalArgumentException(
          where + " is not made of a name, a role and a SHA-256 in hexadecimal");
    }
    return new Entry(
        new Principal(matcher.group(1), role(where, matcher.group(2))),
        HexFormat.of().parseHex(matcher.group(3)));
  }

  private static Role role(String where, String word) {
    return Role.of(word)
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    where + ": role '" + word + "' is none of read, operate, admin"));
  }

  /** Whose the token is. Takes the same time for each token that is not in the file. */
  Optional<Principal> find(String token) {
    byte[] hash = hash(token);
    Entry found = null;
    for (Entry entry : entries) {
      if (MessageDigest.isEqual(entry.hash, hash)) {
        found = entry;
      }
    }
    return found == null ? Optional.empty() : Optional.of(found.principal);
  }

  int size() {
    return entries.size();
  }

  private static byte[] hash(String token) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(token.getBytes(StandardCharsets.UTF_8));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java runtime has SHA-256", e);
    }
  }

  /**
   * Makes a token and adds its line to a file, which is made when it is missing.
   *
   * @return the token, which is written nowhere
   */
  static String make(Path file, String name, String roleWord) throws IOException {
    if (!NAME.matcher(name).matches()) {
      throw new IllegalArgumentException(
          "name '" + name + "' is not made of up to 64 letters, digits and _ . @ -");
    }
    Role role = role("a token", roleWord);
    byte[] random = new byte[BYTES];
    new SecureRandom().nextBytes(random);
    String token = PREFIX + Base64.getUrlEncoder().withoutPadding().encodeToString(random);
    String line = "%s %s %s%n".formatted(name, role.word(), HexFormat.of().formatHex(hash(token)));
    if (!Files.exists(file)) {
      Files.createFile(
          file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-r-----")));
    }
    Files.writeString(file, line, StandardOpenOption.APPEND);
    return token;
  }
}
