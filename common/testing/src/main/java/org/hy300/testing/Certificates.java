// SPDX-License-Identifier: Apache-2.0
// A certificate authority and its certificates, made by openssl for one test.
package org.hy300.testing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The files of a directory: ca.pem, and NAME.pem with NAME.key for each issued certificate. */
public final class Certificates {
  private static final DateTimeFormatter OPENSSL_TIME =
      DateTimeFormatter.ofPattern("yyyyMMddHHmmss'Z'").withZone(ZoneOffset.UTC);

  private final Path directory;

  /** Creates the authority. */
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
   * @param name of its files, its subject and its host
   */
  public void issue(String name) throws IOException, InterruptedException {
    Instant now = Instant.now();
    issue(name, "DNS:" + name, now.minus(1, ChronoUnit.DAYS), now.plus(1, ChronoUnit.DAYS));
  }

  /**
   * Issues a certificate with given dates.
   *
   * @param name of its files and its subject
   * @param hosts that it is valid for, in openssl's format: DNS:a,IP:127.0.0.1
   */
  public void issue(String name, String hosts, Instant from, Instant until)
      throws IOException, InterruptedException {
    Path asked = directory.resolve(name + ".csr");
    request(name, "-out", asked.toString());
    Path settings =
        Files.writeString(
            directory.resolve(name + ".conf"),
            """
            [ca]
            default_ca = ca
            database = %1$s/index
            new_certs_dir = %1$s
            rand_serial = yes
            default_md = sha256
            unique_subject = no
            policy = names
            x509_extensions = of_hosts
            [names]
            commonName = supplied
            [of_hosts]
            subjectAltName = %2$s
            """
                .formatted(directory, hosts));
    Files.write(directory.resolve("index"), new byte[0]);
    openssl(
        "ca",
        "-batch",
        "-notext",
        "-config",
        settings.toString(),
        "-cert",
        ca().toString(),
        "-keyfile",
        key("ca").toString(),
        "-startdate",
        OPENSSL_TIME.format(from),
        "-enddate",
        OPENSSL_TIME.format(until),
        "-in",
        asked.toString(),
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
