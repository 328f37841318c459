// SPDX-License-Identifier: Apache-2.0
// The HTTP server: finds the route of a request, lets it in or not, and hands it on.
package org.hy300.collector.http;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.net.PemKeyCertOptions;
import java.io.IOException;
import java.io.InputStream;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.BindException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.hy300.collector.access.Gate;
import org.hy300.collector.access.Principal;
import org.hy300.contract.ErrorCode;

/** Belongs to the event loop. */
public final class HttpApi {
  private static final Logger LOG = System.getLogger(HttpApi.class.getName());

  private static final long LOOK_MS = 2_000;
  private static final long HANDSHAKE_SECONDS = 10;

  private static final List<HttpMethod> METHODS =
      List.of(HttpMethod.GET, HttpMethod.HEAD, HttpMethod.POST, HttpMethod.PUT);

  /** Those that also tell whether what comes was changed (RFC 9325, 4.2). */
  private static final List<String> CIPHERS =
      List.of(
          "TLS_AES_128_GCM_SHA256",
          "TLS_AES_256_GCM_SHA384",
          "TLS_CHACHA20_POLY1305_SHA256",
          "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
          "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
          "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
          "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
          "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
          "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256");

  private final Vertx vertx;
  private final HttpConfig config;
  private final Gate gate;
  private final Denials denials;
  private final OwnNames names;
  private final Connections connections;
  private final List<Route> routes;
  private final ServerCertificate certificate;
  private HttpServer server;
  private String certificateFailure = "";

  /**
   * Creates the server.
   *
   * @param routes the first that fits is taken
   */
  HttpApi(Vertx vertx, HttpConfig config, Gate gate, Denials denials, List<Route> routes) {
    this.vertx = vertx;
    this.config = config;
    this.gate = gate;
    this.denials = denials;
    this.routes = routes;
    names = new OwnNames(config);
    connections =
        new Connections(
            config.maxConnections(),
            Connections.HEADER_MS,
            Connections.IDLE_MS,
            () -> gate.count("connections"));
    certificate =
        config.isTls()
            ? new ServerCertificate(
                vertx, config.certificate().orElseThrow(), config.key().orElseThrow())
            : null;
  }

  /** Listens; gives the server, which knows its port. */
  public Future<HttpServer> listen() {
    return certificate == null
        ? listen(new HttpServerOptions())
        : vertx
            .executeBlocking(certificate::read)
            .compose(pair -> listen(secure(pair)))
            .onSuccess(listening -> vertx.setPeriodic(LOOK_MS, timer -> renewCertificate()));
  }

  private static HttpServerOptions secure(PemKeyCertOptions pair) {
    HttpServerOptions options =
        new HttpServerOptions()
            .setSsl(true)
            .setSslHandshakeTimeout(HANDSHAKE_SECONDS)
            .setKeyCertOptions(pair);
    CIPHERS.forEach(options::addEnabledCipherSuite);
    return options;
  }

  private Future<HttpServer> listen(HttpServerOptions options) {
    options
        .setHost(config.host())
        .setPort(config.port())
        .setCompressionSupported(true)
        // One protocol: a connection has one request at a time.
        .setUseAlpn(false)
        .setHttp2ClearTextEnabled(false);
    server =
        vertx
            .createHttpServer(options)
            .requestHandler(request -> meet(request, caller -> handle(request, caller)))
            .invalidRequestHandler(this::refuseMalformed);
    connections.watch(vertx, server);
    return server
        .listen()
        .onSuccess(listening -> gate.watch(vertx))
        .recover(error -> Future.failedFuture(listenFailure(error)));
  }

  private Throwable listenFailure(Throwable error) {
    return error instanceof BindException
        ? new IOException(
            "port %d of %s is taken; choose another --http-port"
                .formatted(config.port(), config.host()),
            error)
        : error;
  }

  /** Takes no more connections, and ends those that are open. */
  public Future<Void> close() {
    return server == null ? Future.succeededFuture() : server.close();
  }

  /** Serves with the files' certificate, when they have changed; open connections stay. */
  private void renewCertificate() {
    vertx
        .executeBlocking(certificate::readIfChanged)
        .compose(
            pair ->
                pair.isEmpty()
                    ? Future.succeededFuture(false)
                    // By force, for the paths are the same.
                    : server.updateSSLOptions(secure(pair.get()).getSslOptions(), true))
        .onSuccess(
            taken -> {
              if (taken) {
                LOG.log(Level.INFO, "{0} was renewed", certificate.file());
              }
              certificateFailure = "";
            })
        .onFailure(
            error -> {
              if (!certificateFailure.equals(error.getMessage())) {
                certificateFailure = error.getMessage();
                LOG.log(
                    Level.WARNING,
                    "{0}; the one before is served until they are",
                    certificateFailure);
              }
            });
  }

  /** What a client is refused for costs it as much as what it is answered. */
  private void meet(HttpServerRequest request, Consumer<Principal> then) {
    connections.begins(request);
    HttpServerResponse response = request.response();
    // Nothing is kept by who passes it on, nor read as what it is not, nor by a page of others.
    response
        .putHeader("Cache-Control", "no-store")
        .putHeader("X-Content-Type-Options", "nosniff")
        .putHeader("Cross-Origin-Resource-Policy", "same-origin");
    if (config.isTls()) {
      response.putHeader("Strict-Transport-Security", "max-age=31536000");
    }
    Gate.Verdict verdict = gate.meet(request);
    if (verdict.passes()) {
      then.accept(verdict.principal());
    } else {
      refuse(request, verdict);
    }
  }

  private void handle(HttpServerRequest request, Principal principal) {
    Optional<List<String>> path = path(request);
    if (path.isEmpty()) {
      return;
    }
    // A browser does not add a token by itself: where tokens are asked for, a page without one
    // does nothing.
    Optional<String> foreign = gate.isGuarded() ? Optional.empty() : names.refusal(request);
    if (foreign.isPresent()) {
      denials.write(request, principal, "foreign_origin", null);
      Answers.refuse(request.response(), 403, "foreign_origin", foreign.get());
      return;
    }
    Set<String> methods = new TreeSet<>();
    for (Route route : routes) {
      Optional<Map<String, String>> parameters = route.match(path.get());
      if (parameters.isPresent()) {
        if (route.takes(request.method())) {
          admit(new Exchange(request, principal, parameters.get()), route);
          return;
        }
        METHODS.stream().filter(route::takes).map(HttpMethod::name).forEach(methods::add);
      }
    }
    if (methods.isEmpty()) {
      Answers.refuse(
          request.response(), 404, "not_found", "nothing is at " + request.path() + "; see /api");
    } else {
      String allowed = String.join(", ", methods);
      request.response().putHeader("Allow", allowed);
      Answers.refuse(request.response(), 405, "method", request.path() + " takes only " + allowed);
    }
  }

  /** What is asked for; a request that cannot be read is answered here. */
  private static Optional<List<String>> path(HttpServerRequest request) {
    // Where proxies and servers take different ones, what is asked of whom is open (RFC 9112, 3.2).
    if (request.authority() == null || request.headers().getAll("Host").size() > 1) {
      Answers.refuse(
          request.response(), 400, ErrorCode.MALFORMED, "exactly one header Host is needed");
      return Optional.empty();
    }
    try {
      request.params();
      return Optional.of(Route.segments(request.path()));
    } catch (IllegalArgumentException e) {
      Answers.refuse(
          request.response(),
          400,
          ErrorCode.MALFORMED,
          "a % in path or query is not followed by two hexadecimal digits");
      return Optional.empty();
    }
  }

  private void admit(Exchange exchange, Route route) {
    Gate.Verdict verdict = gate.judge(exchange.request(), exchange.principal(), route.role());
    if (verdict.passes()) {
      exchange.attempt(() -> route.handle(exchange));
    } else {
      if (verdict.code().equals(Gate.FORBIDDEN)) {
        denials.write(exchange.request(), exchange.principal(), verdict.code(), null);
      }
      refuse(exchange.request(), verdict);
    }
  }

  /** What cannot be read as HTTP ends its connection: where the next request begins is unknown. */
  private void refuseMalformed(HttpServerRequest request) {
    meet(request, caller -> HttpServerRequest.DEFAULT_INVALID_REQUEST_HANDLER.handle(request));
    request.connection().close();
  }

  private static void refuse(HttpServerRequest request, Gate.Verdict verdict) {
    if (verdict.retry() > 0) {
      request.response().putHeader("Retry-After", Long.toString(verdict.retry()));
    }
    if (verdict.status() == 401) {
      request.response().putHeader("WWW-Authenticate", "Bearer realm=\"hy300\"");
    }
    Answers.refuse(request.response(), verdict.status(), verdict.code(), verdict.message());
  }

  /** A text that stands beside this class. */
  static String resource(String name) throws IOException {
    try (InputStream in = HttpApi.class.getResourceAsStream(name)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
