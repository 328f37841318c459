// SPDX-License-Identifier: Apache-2.0
// Certificates that the user trusts in place of Java's own.
package org.hy300.cli.client;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManagerFactory;

/** Reads PEM files. */
final class Trust {
  private Trust() {}

  static SSLSocketFactory in(Path file) throws FailureException {
    try (InputStream in = Files.newInputStream(file)) {
      KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
      store.load(null);
      for (Certificate each : CertificateFactory.getInstance("X.509").generateCertificates(in)) {
        store.setCertificateEntry("ca" + store.size(), each);
      }
      if (store.size() == 0) {
        throw new FailureException(Exit.USAGE, "--ca " + file + " holds no certificate");
      }
      TrustManagerFactory managers =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      managers.init(store);
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, managers.getTrustManagers(), null);
      return context.getSocketFactory();
    } catch (NoSuchFileException e) {
      throw new FailureException(Exit.USAGE, "--ca " + file + " does not exist");
    } catch (IOException | GeneralSecurityException e) {
      throw new FailureException(Exit.USAGE, "--ca " + file + " cannot be used: " + e.getMessage());
    }
  }
}
