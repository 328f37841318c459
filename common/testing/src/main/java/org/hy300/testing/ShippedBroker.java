// SPDX-License-Identifier: Apache-2.0
// The files of a mosquitto with the configuration of deploy/mosquitto/ and certificates of
// hy300-pki.
package org.hy300.testing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Keeps the broker's and the authority's files in one directory, like docs/guides/install.md on
 * real machines. Subclasses run the broker.
 */
public abstract class ShippedBroker {
  private static final Duration LIMIT = Duration.ofSeconds(60);

  private final Path shipped;
  private final Path directory;
  private final String name;

  /**
   * Creates the authority, and all files of the broker except its configuration.
   *
   * @param root of the source tree
   * @param directory for all files
   * @param name that clients use for the broker
   */
  protected ShippedBroker(Path root, Path directory, String name)
      throws IOException, InterruptedException {
    shipped = root.toAbsolutePath().resolve("deploy/mosquitto");
    this.directory = directory;
    this.name = name;
    Files.createDirectories(files());
    issue("init");
    issue("broker", name);
    takeCertificate();
    takeRevocations();
    take("ca.pem", "ca.pem");
    Files.copy(shipped.resolve("acl"), files().resolve("acl"));
    Files.createFile(files().resolve("passwords"));
  }

  /**
   * Writes the configuration.
   *
   * @param changes replacements of texts in it
   */
  protected Path configure(Map<String, String> changes) throws IOException {
    String text = Files.readString(shipped.resolve("mosquitto.conf"));
    text = replace(text, "/etc/mosquitto", files().toString());
    for (Map.Entry<String, String> change : changes.entrySet()) {
      text = replace(text, change.getKey(), change.getValue());
    }
    // Started as root, it would switch to a user that cannot read the test's files.
    return Files.writeString(files().resolve("mosquitto.conf"), "user root\n" + text);
  }

  /**
   * Fails on a text that is not found: the test's broker would use a real one's ports and files.
   */
  private static String replace(String text, String shipped, String own) {
    if (!text.contains(shipped)) {
      throw new IllegalStateException(
          "deploy/mosquitto/mosquitto.conf has no \"" + shipped + "\", which tests replace");
    }
    return text.replace(shipped, own);
  }

  /** Starts hy300-pki. */
  public Program hy300Pki(String... words) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(shipped.resolve("hy300-pki").toString());
    command.addAll(List.of(words));
    return new Program(
        "hy300-pki", Map.of("HY300_PKI", pki().toString()), command.toArray(String[]::new));
  }

  /** Runs hy300-pki, which must succeed. */
  public void issue(String... words) throws IOException, InterruptedException {
    try (Program program = hy300Pki(words)) {
      if (program.awaitExit(LIMIT) != 0) {
        throw new IllegalStateException(String.join(" ", words) + "\n" + program.lines());
      }
    }
  }

  /** Adds a user with a password; takes effect at a reload. */
  public void admit(String user, String password) throws IOException, InterruptedException {
    String passwords = files().resolve("passwords").toString();
    Program.run("mosquitto_passwd", "-b", passwords, user, password);
  }

  /** Installs the broker's current certificate; takes effect at a reload. */
  public void takeCertificate() throws IOException {
    take("issued/" + name + ".pem", "broker.pem");
    take("issued/" + name + ".key", "broker.key");
  }

  /** Installs the current list of revoked certificates; takes effect at a reload. */
  public void takeRevocations() throws IOException {
    take("crl.pem", "crl.pem");
  }

  private void take(String issued, String file) throws IOException {
    Files.copy(pki().resolve(issued), files().resolve(file), StandardCopyOption.REPLACE_EXISTING);
  }

  /** The name that clients use for it. */
  protected String name() {
    return name;
  }

  /** The broker's files. */
  public Path files() {
    return directory.resolve("mosquitto");
  }

  /** The authority's directory. */
  public Path pki() {
    return directory.resolve("pki");
  }

  public Path ca() {
    return pki().resolve("ca.pem");
  }

  /** A projector's certificate. */
  public Path certificate(String device) {
    return pki().resolve("issued/" + device + ".pem");
  }

  /** A projector's key. */
  public Path key(String device) {
    return pki().resolve("issued/" + device + ".key");
  }
}
