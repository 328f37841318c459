// SPDX-License-Identifier: Apache-2.0
// The certificate that HTTPS is served with, and what becomes of it when its files are renewed.
package org.hy300.collector.http;

import io.vertx.core.Vertx;
import io.vertx.core.net.PemKeyCertOptions;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.Signature;
import java.util.Locale;
import java.util.Optional;
import javax.net.ssl.KeyManager;
import javax.net.ssl.X509KeyManager;
import org.hy300.file.SecretFile;

/** Every call blocks. */
final class ServerCertificate {
  private final Vertx vertx;
  private final Path certificate;
  private final Path key;
  private FileTime taken;

  /**
   * Names the files.
   *
   * @param certificate PEM, the server's own first
   * @param key PEM, PKCS 8
   */
  ServerCertificate(Vertx vertx, Path certificate, Path key) {
    this.vertx = vertx;
    this.certificate = certificate;
    this.key = key;
  }

  Path file() {
    return certificate;
  }

  /**
   * Reads the files.
   *
   * @throws IOException when they are not what they should be, or do not belong together: of a pair
   *     that is being renewed one may be new and the other not yet
   */
  PemKeyCertOptions read() throws IOException {
    try {
      SecretFile.check(key);
    } catch (IllegalArgumentException e) {
      throw new IOException(e.getMessage(), e);
    }
    FileTime time = newest();
    PemKeyCertOptions pair =
        new PemKeyCertOptions().addCertPath(certificate.toString()).addKeyPath(key.toString());
    if (!isPair(pair)) {
      throw new IOException("certificate " + certificate + " and key " + key + " are no pair");
    }
    taken = time;
    return pair;
  }

  /** Reads the files if they have changed since they were read. */
  Optional<PemKeyCertOptions> readIfChanged() throws IOException {
    return newest().equals(taken) ? Optional.empty() : Optional.of(read());
  }

  private FileTime newest() throws IOException {
    FileTime one = Files.getLastModifiedTime(certificate);
    FileTime other = Files.getLastModifiedTime(key);
    return one.compareTo(other) > 0 ? one : other;
  }

  private boolean isPair(PemKeyCertOptions pair) throws IOException {
    try {
      for (KeyManager manager : pair.getKeyManagerFactory(vertx).getKeyManagers()) {
        for (String type : new String[] {"EC", "RSA", "EdDSA", "Ed25519"}) {
          X509KeyManager keys = (X509KeyManager) manager;
          String[] aliases = keys.getServerAliases(type, null);
          if (aliases != null) {
            return signs(keys, aliases[0]);
          }
        }
      }
      return false;
    } catch (Exception e) {
      // The library declares nothing narrower.
      throw new IOException(certificate + " or " + key + " cannot be read: " + e.getMessage(), e);
    }
  }

  /** Whether what the key has signed is good for the certificate. */
  private static boolean signs(X509KeyManager keys, String alias) throws GeneralSecurityException {
    PrivateKey secret = keys.getPrivateKey(alias);
    byte[] text = "hy300".getBytes(StandardCharsets.UTF_8);
    String algorithm =
        switch (secret.getAlgorithm().toUpperCase(Locale.ROOT)) {
          case "EC" -> "SHA256withECDSA";
          case "RSA" -> "SHA256withRSA";
          default -> secret.getAlgorithm();
        };
    Signature signature = Signature.getInstance(algorithm);
    signature.initSign(secret);
    signature.update(text);
    byte[] signed = signature.sign();
    signature.initVerify(keys.getCertificateChain(alias)[0].getPublicKey());
    signature.update(text);
    return signature.verify(signed);
  }
}
