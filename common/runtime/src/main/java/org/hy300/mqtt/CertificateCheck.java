// SPDX-License-Identifier: Apache-2.0
// Whether a broker's certificate is good, and in one line why it is not.
package org.hy300.mqtt;

import io.netty.handler.ssl.util.SimpleTrustManagerFactory;
import io.netty.util.NetUtil;
import io.vertx.core.net.TrustOptions;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertPathValidatorException;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.CertificateParsingException;
import java.security.cert.PKIXReason;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.ManagerFactoryParameters;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * Java checks chain, dates and purpose; the name is checked here. Java knows the name as that which
 * was connected to, which is an address here, and refuses names that are no host names by the
 * letter (my_broker) whatever the certificate says.
 */
final class CertificateCheck extends X509ExtendedTrustManager {
  private static final int DNS = 2;
  private static final int IP = 7;

  private final X509ExtendedTrustManager chains;
  private final String authorities;
  private final String host;

  /**
   * Reads the authorities.
   *
   * @param ca empty for those of the Java runtime
   * @param host the name or address that the certificate has to be for
   */
  CertificateCheck(Optional<Path> ca, String host) throws IOException {
    authorities = ca.map(Path::toString).orElse("the Java runtime");
    this.host = bare(host);
    try {
      TrustManagerFactory factory =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      factory.init(ca.isPresent() ? store(ca.get()) : null);
      chains =
          (X509ExtendedTrustManager)
              Arrays.stream(factory.getTrustManagers())
                  .filter(X509ExtendedTrustManager.class::isInstance)
                  .findFirst()
                  .orElseThrow();
    } catch (GeneralSecurityException e) {
      throw new IOException(authorities + " has no certificates in PEM form: " + e.getMessage(), e);
    }
  }

  private static KeyStore store(Path ca) throws IOException, GeneralSecurityException {
    KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
    store.load(null, null);
    try (InputStream file = Files.newInputStream(ca)) {
      Collection<? extends Certificate> all =
          CertificateFactory.getInstance("X.509").generateCertificates(file);
      if (all.isEmpty()) {
        throw new CertificateException("it is empty");
      }
      for (Certificate one : all) {
        store.setCertificateEntry(Integer.toString(store.size()), one);
      }
    }
    return store;
  }

  /** Without the brackets of an IPv6 address in a URL, and the last dot of a full name. */
  private static String bare(String host) {
    return host.startsWith("[")
        ? host.substring(1, host.length() - 1)
        : host.replaceFirst("\\.$", "");
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
      throws CertificateException {
    try {
      chains.checkServerTrusted(chain, authType, engine);
    } catch (CertificateException e) {
      throw new CertificateException(why(chain, e), e);
    }
    List<String> names = new ArrayList<>();
    if (!isFor(chain[0], names)) {
      throw new CertificateException(
          "the broker's certificate is for "
              + (names.isEmpty() ? "no host" : String.join(", ", names))
              + ", not for "
              + host);
    }
  }

  private String why(X509Certificate[] chain, CertificateException error) {
    Instant now = Instant.now().truncatedTo(ChronoUnit.SECONDS);
    String clock = ", and this machine's clock says " + now;
    for (X509Certificate one : chain) {
      Instant from = one.getNotBefore().toInstant();
      if (now.isBefore(from)) {
        return name(one) + " is not valid before " + from + clock;
      }
      Instant until = one.getNotAfter().toInstant();
      if (now.isAfter(until)) {
        return name(one) + " has expired at " + until + clock;
      }
    }
    Throwable cause = error;
    while (cause.getCause() != null) {
      cause = cause.getCause();
    }
    boolean unknown =
        cause instanceof CertPathBuilderException
            || (cause instanceof CertPathValidatorException invalid
                && invalid.getReason() == PKIXReason.NO_TRUST_ANCHOR);
    return unknown
        ? name(chain[0])
            + " is signed by "
            + chain[chain.length - 1].getIssuerX500Principal()
            + ", which is not among the authorities of "
            + authorities
        : name(chain[0]) + " is not accepted: " + cause.getMessage();
  }

  private static String name(X509Certificate certificate) {
    return "the broker's certificate " + certificate.getSubjectX500Principal();
  }

  private boolean isFor(X509Certificate certificate, List<String> names)
      throws CertificateParsingException {
    Collection<List<?>> all = certificate.getSubjectAlternativeNames();
    byte[] address = NetUtil.createByteArrayFromIpAddressString(host);
    boolean found = false;
    for (List<?> one : all == null ? List.<List<?>>of() : all) {
      int type = (Integer) one.get(0);
      if (type == DNS) {
        names.add((String) one.get(1));
        found |= address == null && matches((String) one.get(1));
      } else if (type == IP) {
        names.add((String) one.get(1));
        byte[] its = NetUtil.createByteArrayFromIpAddressString((String) one.get(1));
        found |= address != null && Arrays.equals(address, its);
      }
    }
    return found;
  }

  /** A star is for one whole label, the first one, and not for all names of a top domain. */
  private boolean matches(String name) {
    if (!name.startsWith("*.")) {
      return name.equalsIgnoreCase(host);
    }
    int dot = host.indexOf('.');
    return dot > 0
        && name.indexOf('.', 2) > 0
        && name.substring(1).equalsIgnoreCase(host.substring(dot));
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket) {
    throw new UnsupportedOperationException("Vert.x has engines, no sockets");
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType) {
    throw new UnsupportedOperationException("Vert.x has engines");
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine) {
    throw new UnsupportedOperationException("this is a client");
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket) {
    throw new UnsupportedOperationException("this is a client");
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String authType) {
    throw new UnsupportedOperationException("this is a client");
  }

  @Override
  public X509Certificate[] getAcceptedIssuers() {
    return chains.getAcceptedIssuers();
  }

  /** For the options of a client; what Vert.x makes by itself of a manager needs a logger more. */
  TrustOptions options() {
    return TrustOptions.wrap(
        new SimpleTrustManagerFactory() {
          @Override
          protected void engineInit(KeyStore keyStore) {}

          @Override
          protected void engineInit(ManagerFactoryParameters parameters) {}

          @Override
          protected TrustManager[] engineGetTrustManagers() {
            return new TrustManager[] {CertificateCheck.this};
          }
        });
  }
}
