// SPDX-License-Identifier: Apache-2.0
// A certificate authority and what it has signed, made by openssl for one test.
package org.hy300.testing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Files of a directory: ca.pem, and NAME.pem with NAME.key for each that was issued. */
public final class Certificates {
  private final Path directory;

  /** Makes the authority. */
  public Certificates(Path directory) throws IOException, InterruptedException {
    this.directory = Files.createDirectories(directory);
    request("ca", "-x509", "-out", ca().toString(), "-days", "2");
  }

  /** The authority's certificate. */
  public Path ca() {
    return directory.resolve("ca.pem");
  }

  /**
   * Issues a certificate for a server or client.
   *
   * @param name of its files and its subject, and the host name that it is good for
   */
  public void issue(String name) throws IOException, InterruptedException {
    Path extensions = directory.resolve(name + ".ext");
    Files.writeString(extensions, "subjectAltName=DNS:" + name + "\n");
    Path asked = directory.resolve(name + ".csr");
    request(name, "-out", asked.toString());
    openssl(
        "x509",
        "-req",
        "-in",
        asked.toString(),
        "-CA",
        ca().toString(),
        "-CAkey",
        key("ca").toString(),
        "-CAcreateserial",
        "-days",
        "2",
        "-extfile",
        extensions.toString(),
        "-out",
        certificate(name).toString());
  }

  public Path certificate(String name) {
    return directory.resolve(name + ".pem");
  }

  public Path key(String name) {
    return directory.resolve(name + ".key");
  }

  private void request(String name, String... further) throws IOException, InterruptedException {
    List<String> words = new ArrayList<>();
    words.addAll(
        List.of(
            "req",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:P-256",
            "-nodes",
            "-subj",
            "/CN=" + name,
            "-keyout",
            key(name).toString()));
    words.addAll(List.of(further));
    openssl(words.toArray(String[]::new));
  }

  private static void openssl(String... words) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of("openssl"));
    command.addAll(List.of(words));
    try (Program openssl = new Program("openssl", Map.of(), command.toArray(String[]::new))) {
      int status = openssl.awaitExit(Duration.ofSeconds(60));
      if (status != 0) {
        throw new IOException(command + " ended with status " + status);
      }
    }
  }
}
