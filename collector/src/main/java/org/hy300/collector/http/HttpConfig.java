// SPDX-License-Identifier: Apache-2.0
// Where HTTP is served, and to whom.
package org.hy300.collector.http;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.hy300.file.SecretFile;

/**
 * What the HTTP server is told.
 *
 * @param host name or address to listen on
 * @param port 0 for one that the system chooses
 * @param certificate with {@code key}, for TLS (PEM); both are read again when they change
 * @param tokens the token file; empty to ask nobody who he is
 * @param allowInsecure whether to listen beyond this machine without TLS or tokens
 * @param requestsPerSecond of one token, or of one address without one
 * @param names under which it is asked, beside its host, localhost and addresses
 * @param maxConnections at the same time; one address has half of them
 */
public record HttpConfig(
    String host,
    int port,
    Optional<Path> certificate,
    Optional<Path> key,
    Optional<Path> tokens,
    boolean allowInsecure,
    int requestsPerSecond,
    Set<String> names,
    int maxConnections) {
  static final int MAX_CONNECTIONS = 2_000;

  /** Fewer would leave no address more than one. */
  private static final int MIN_CONNECTIONS = 4;

  private static final int MAX_RATE = 1_000_000;
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_.-]{1,253}");

  public HttpConfig {
    if (port < 0 || port > 65_535) {
      throw new IllegalArgumentException("HTTP port " + port + " is not within 0 to 65535");
    }
    if (requestsPerSecond < 1 || requestsPerSecond > MAX_RATE) {
      throw new IllegalArgumentException(
          "HTTP rate " + requestsPerSecond + " is not within 1 to " + MAX_RATE);
    }
    if (maxConnections < MIN_CONNECTIONS || maxConnections > MAX_RATE) {
      throw new IllegalArgumentException(
          "--max-connections "
              + maxConnections
              + " is not within "
              + MIN_CONNECTIONS
              + " to "
              + MAX_RATE);
    }
    names.stream()
        .filter(name -> !NAME.matcher(name).matches())
        .findFirst()
        .ifPresent(
            name -> {
              throw new IllegalArgumentException(
                  "'" + name + "' of --http-names is no host name such as fleet.example");
            });
    if (certificate.isPresent() != key.isPresent()) {
      throw new IllegalArgumentException(
          "a certificate and its key go together: give --http-certificate and --http-key");
    }
    Stream.of(certificate, key, tokens)
        .flatMap(Optional::stream)
        .filter(file -> !Files.isReadable(file))
        .findFirst()
        .ifPresent(
            file -> {
              throw new IllegalArgumentException(file + " cannot be read");
            });
    if (key.isPresent()) {
      try {
        SecretFile.check(key.get());
      } catch (IOException e) {
        throw new IllegalArgumentException(key.get() + " cannot be read: " + e.getMessage(), e);
      }
    }
    if (!allowInsecure && !isLoopback(host) && (certificate.isEmpty() || tokens.isEmpty())) {
      throw new IllegalArgumentException(
          host
              + " can be reached from other machines: give --http-certificate, --http-key and"
              + " --http-tokens, or --allow-insecure to do without");
    }
  }

  /** With no names of its own, and room for {@value #MAX_CONNECTIONS} connections. */
  public HttpConfig(
      String host,
      int port,
      Optional<Path> certificate,
      Optional<Path> key,
      Optional<Path> tokens,
      boolean allowInsecure,
      int requestsPerSecond) {
    this(
        host,
        port,
        certificate,
        key,
        tokens,
        allowInsecure,
        requestsPerSecond,
        Set.of(),
        MAX_CONNECTIONS);
  }

  /** On this machine only, and open to everybody there. */
  public static HttpConfig onLoopback(int port) {
    return new HttpConfig(
        "127.0.0.1", port, Optional.empty(), Optional.empty(), Optional.empty(), false, 1_000);
  }

  private static boolean isLoopback(String host) {
    try {
      return InetAddress.getByName(host).isLoopbackAddress();
    } catch (UnknownHostException e) {
      throw new IllegalArgumentException("there is no host '" + host + "' to listen on", e);
    }
  }

  boolean isTls() {
    return certificate.isPresent();
  }

  /** The server as a URL, when it listens on a port. */
  public String url(int actualPort) {
    String name = host.contains(":") ? "[" + host + "]" : host;
    return (isTls() ? "https://" : "http://") + name + ":" + actualPort;
  }
}
