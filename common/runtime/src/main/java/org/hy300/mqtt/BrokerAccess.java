// SPDX-License-Identifier: Apache-2.0
// How to get in at the broker: address, certificates, user name and password.
package org.hy300.mqtt;

import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.mqtt.MqttClientOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.hy300.file.SecretFile;

/**
 * All files are read again at each connection, so that renewed ones are taken without a restart.
 *
 * @param ca certificates (PEM) that the broker's is checked against; empty for those of the Java
 *     runtime
 * @param certificate the client's own (PEM), and with it {@code key}
 * @param key its private key (PEM, PKCS 8)
 * @param passwordFile its first line is the password of {@code username}
 */
public record BrokerAccess(
    BrokerAddress address,
    Optional<Path> ca,
    Optional<Path> certificate,
    Optional<Path> key,
    Optional<String> username,
    Optional<Path> passwordFile) {

  public BrokerAccess {
    if (certificate.isPresent() != key.isPresent()) {
      throw new IllegalArgumentException(
          "a client certificate and its key go together: give --broker-certificate and"
              + " --broker-key");
    }
    if (!address.tls() && (ca.isPresent() || certificate.isPresent())) {
      throw new IllegalArgumentException(
          "certificates are for TLS: write the broker as mqtts://" + address.host());
    }
    if (passwordFile.isPresent() && username.isEmpty()) {
      throw new IllegalArgumentException("a password needs a user: give --broker-username");
    }
    Stream.of(ca, certificate, key, passwordFile)
        .flatMap(Optional::stream)
        .filter(file -> !Files.isReadable(file))
        .findFirst()
        .ifPresent(
            file -> {
              throw new IllegalArgumentException(file + " cannot be read");
            });
    try {
      checkSecrets(key, passwordFile);
    } catch (IOException e) {
      throw new IllegalArgumentException(e.getMessage() + " cannot be read", e);
    }
  }

  private static void checkSecrets(Optional<Path> key, Optional<Path> passwordFile)
      throws IOException {
    for (Optional<Path> file : List.of(key, passwordFile)) {
      if (file.isPresent()) {
        SecretFile.check(file.get());
      }
    }
  }

  /**
   * Refuses to send the password where the network can read it.
   *
   * @throws IllegalArgumentException with one line for the user
   */
  public void refusePlainPassword() {
    if (passwordFile.isPresent() && !address.tls() && !address.isLoopback()) {
      throw new IllegalArgumentException(
          "the password would go to "
              + address
              + " in the clear: write the broker as mqtts://"
              + address.host()
              + ", or give --allow-plain-password");
    }
  }

  /** A broker that lets everybody in. */
  public static BrokerAccess open(BrokerAddress address) {
    return new BrokerAccess(
        address,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }

  /** Adds what a new connection needs. */
  void apply(MqttClientOptions options) throws IOException {
    checkSecrets(key, passwordFile);
    username.ifPresent(options::setUsername);
    if (passwordFile.isPresent()) {
      try (Stream<String> lines = Files.lines(passwordFile.get())) {
        options.setPassword(lines.findFirst().orElse(""));
      } catch (UncheckedIOException e) {
        throw new IOException(passwordFile.get() + " is not a text in UTF-8", e);
      }
    }
    if (!address.tls()) {
      return;
    }
    // CertificateCheck checks the name as well; the library would check the address.
    options
        .setSsl(true)
        .setHostnameVerificationAlgorithm("")
        .setTrustOptions(new CertificateCheck(ca, address.host()).options());
    certificate.ifPresent(
        file ->
            options.setKeyCertOptions(
                new PemKeyCertOptions()
                    .addCertPath(file.toString())
                    .addKeyPath(key.orElseThrow().toString())));
  }
}
