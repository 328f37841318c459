// SPDX-License-Identifier: Apache-2.0
// The tokens of a file: one line each with name, role, the token's SHA-256 and, maybe, its end.
package org.hy300.collector.access;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.hy300.contract.Role;
import org.hy300.file.SecretFile;

/**
 * A token is 256 random bits, so nobody finds one from its SHA-256 by trying; a slow hash, which
 * protects what people choose, would only slow down each request.
 */
public final class Tokens {
  private static final int BYTES = 32;

  /** Tells a token that has leaked into a log or a repository apart from other texts. */
  private static final String PREFIX = "hy300_";

  private static final Pattern LINE =
      Pattern.compile("([A-Za-z0-9_.@-]{1,64})\\s+([a-z]+)\\s+([0-9a-f]{64})(?:\\s+(\\S+))?");

  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_.@-]{1,64}");

  @SuppressWarnings("ArrayRecordComponent") // Compared by MessageDigest.isEqual alone.
  private record Entry(Principal principal, byte[] hash, Instant end) {}

  private final List<Entry> entries;
  private final List<String> complaints;

  private Tokens(List<Entry> entries, List<String> complaints) {
    this.entries = List.copyOf(entries);
    this.complaints = List.copyOf(complaints);
  }

  /**
   * Reads a file for {@code --check-config}.
   *
   * @throws IllegalArgumentException when anything is wrong with it, in words for the user
   */
  public static void check(Path file) {
    Tokens tokens = read(file);
    if (!tokens.complaints.isEmpty()) {
      throw new IllegalArgumentException(tokens.complaints.get(0));
    }
  }

  /**
   * Reads a file. A line that is none costs itself alone, so that a token is gone with its line
   * whatever the others are; a file that cannot be trusted or read holds no token.
   */
  static Tokens read(Path file) {
    try {
      SecretFile.check(file);
      return lines(file);
    } catch (IllegalArgumentException e) {
      return new Tokens(List.of(), List.of(e.getMessage()));
    } catch (NoSuchFileException e) {
      return new Tokens(List.of(), List.of(file + " is missing"));
    } catch (IOException e) {
      return new Tokens(List.of(), List.of(file + " cannot be read: " + e));
    }
  }

  private static Tokens lines(Path file) throws IOException {
    List<Entry> entries = new ArrayList<>();
    List<String> complaints = new ArrayList<>();
    int number = 0;
    for (String line : Files.readAllLines(file, StandardCharsets.ISO_8859_1)) {
      number++;
      String text = line.strip();
      if (!text.isEmpty() && !text.startsWith("#")) {
        try {
          entries.add(entry(file + " line " + number, text));
        } catch (IllegalArgumentException e) {
          complaints.add(e.getMessage());
        }
      }
    }
    if (entries.isEmpty()) {
      complaints.add(
          file + " holds no token; `hy300-collector token " + file + " NAME ROLE` makes one");
    }
    return new Tokens(entries, complaints);
  }

  private static Entry entry(String where, String line) {
    Matcher matcher = LINE.matcher(line);
    if (!matcher.matches()) {
      throw new IllegalArgumentException(
          where + " is not made of a name, a role, a SHA-256 in hexadecimal and maybe a time");
    }
    return new Entry(
        new Principal(matcher.group(1), role(where, matcher.group(2))),
        HexFormat.of().parseHex(matcher.group(3)),
        end(where, matcher.group(4)));
  }

  private static Instant end(String where, String text) {
    try {
      return text == null ? Instant.MAX : Instant.parse(text);
    } catch (DateTimeParseException e) {
      throw new IllegalArgumentException(
          where + ": the fourth word is no time such as 2027-01-31T00:00:00Z", e);
    }
  }

  private static Role role(String where, String word) {
    return Role.of(word)
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    where + ": role '" + word + "' is none of read, operate, admin"));
  }

  /**
   * Whose the token is, unless it has expired. Takes the same time for each token that is not in
   * the file.
   */
  Optional<Principal> find(String token, Instant now) {
    byte[] hash = hash(token);
    Entry found = null;
    for (Entry entry : entries) {
      if (MessageDigest.isEqual(entry.hash, hash) && now.isBefore(entry.end)) {
        found = entry;
      }
    }
    return found == null ? Optional.empty() : Optional.of(found.principal);
  }

  int size() {
    return entries.size();
  }

  /** What is wrong with the file, a line each, in words for the user; empty when it is sound. */
  List<String> complaints() {
    return complaints;
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
   * @param end when it expires; empty for never
   * @return the token, which is written nowhere
   */
  static String make(Path file, String name, String roleWord, Optional<Instant> end)
      throws IOException {
    if (!NAME.matcher(name).matches()) {
      throw new IllegalArgumentException(
          "name '" + name + "' is not made of up to 64 letters, digits and _ . @ -");
    }
    Role role = role("a token", roleWord);
    byte[] random = new byte[BYTES];
    new SecureRandom().nextBytes(random);
    String token = PREFIX + Base64.getUrlEncoder().withoutPadding().encodeToString(random);
    String line =
        "%s %s %s%s%n"
            .formatted(
                name,
                role.word(),
                HexFormat.of().formatHex(hash(token)),
                end.map(time -> " " + time).orElse(""));
    if (!Files.exists(file)) {
      Files.createFile(
          file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-r-----")));
    }
    Files.writeString(file, line, StandardOpenOption.APPEND);
    return token;
  }
}
