// SPDX-License-Identifier: Apache-2.0
// The options of the HTTP server.
package org.hy300.collector.http;

import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import picocli.CommandLine.Option;

/** A picocli mixin. An option that is given as an empty text counts as not given. */
public final class HttpOptions {
  @Option(
      names = "--http-host",
      paramLabel = "HOST",
      defaultValue = "127.0.0.1",
      description =
          "Name or address to listen on (127.0.0.1). One that other machines can reach needs the"
              + " next three options, or --allow-insecure.")
  private String host;

  @Option(
      names = "--http-certificate",
      paramLabel = "FILE",
      description = "Certificate chain (PEM) to serve HTTPS with (none: HTTP).")
  private String certificate;

  @Option(
      names = "--http-key",
      paramLabel = "FILE",
      description = "Private key (PEM, PKCS 8) of that certificate (none).")
  private String key;

  @Option(
      names = "--http-tokens",
      paramLabel = "FILE",
      description =
          "Tokens and their roles; `hy300-collector token` makes them (none: no authentication,"
              + " everybody may do everything).")
  private String tokens;

  @Option(
      names = "--allow-insecure",
      description = "Allow other machines without TLS or without tokens.")
  private boolean allowInsecure;

  @Option(
      names = "--http-names",
      paramLabel = "NAME",
      split = ",",
      description =
          "Further names of this server, besides HOST, localhost and addresses (none); without"
              + " tokens, requests for other names are refused.")
  private Set<String> names = Set.of();

  @Option(
      names = "--http-port",
      paramLabel = "PORT",
      defaultValue = "8080",
      description = "Port to listen on, 0: any (8080).")
  private int port;

  @Option(
      names = "--http-rate",
      paramLabel = "N",
      defaultValue = "1000",
      description =
          "Maximum requests a second for a token, or for an address (IPv6: a /64) without one;"
              + " bursts of four times as many (1000).")
  private int rate;

  @Option(
      names = "--max-connections",
      paramLabel = "N",
      defaultValue = "" + HttpConfig.MAX_CONNECTIONS,
      description =
          "Maximum HTTP connections, half of them from one address (IPv6: a /64); a new one"
              + " closes the one that has waited longest for its client ("
              + HttpConfig.MAX_CONNECTIONS
              + ").")
  private int connections;

  /** The options, checked. */
  public HttpConfig config() {
    return new HttpConfig(
        host,
        port,
        file(certificate),
        file(key),
        file(tokens),
        allowInsecure,
        rate,
        given(names),
        connections);
  }

  private static Optional<Path> file(String name) {
    return Optional.ofNullable(name).filter(given -> !given.isEmpty()).map(Path::of);
  }

  private static Set<String> given(Set<String> names) {
    return names.stream().filter(name -> !name.isEmpty()).collect(Collectors.toSet());
  }
}
