// SPDX-License-Identifier: Apache-2.0
// The HTTP server: finds the route of a request, lets it in or not, and hands it on.
package org.hy300.collector.http;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.HostAndPort;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.ServerSSLOptions;
import java.io.IOException;
import java.io.InputStream;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.hy300.collector.access.Gate;

/** Belongs to the event loop. */
public final class HttpApi {
  private static final Logger LOG = System.getLogger(HttpApi.class.getName());

  private static final Set<String> OWN_NAMES = Set.of("127.0.0.1", "localhost", "[::1]", "::1");
  private static final long LOOK_MS = 10_000;

  private final Vertx vertx;
  private final HttpConfig config;
  private final Gate gate;
  private final List<Route> routes;
  private HttpServer server;
  private FileTime certificateTime;

  /**
   * Creates the server.
   *
   * @param routes the first that fits is taken
   */
  HttpApi(Vertx vertx, HttpConfig config, Gate gate, List<Route> routes) {
    this.vertx = vertx;
    this.config = config;
    this.gate = gate;
    this.routes = routes;
  }

  /** Listens; gives the server, which knows its port. */
  public Future<HttpServer> listen() {
    HttpServerOptions options =
        new HttpServerOptions()
            .setHost(config.host())
            .setPort(config.port())
            .setCompressionSupported(true);
    if (config.isTls()) {
      options.setSsl(true).setKeyCertOptions(certificate());
    }
    server = vertx.createHttpServer(options).requestHandler(this::handle);
    return server
        .listen()
        .onSuccess(
            listening -> {
              gate.watch(vertx);
              if (config.isTls()) {
                vertx.setPeriodic(LOOK_MS, timer -> renewCertificate());
                renewCertificate();
              }
            });
  }

  /** Takes no more connections, and ends those that are open. */
  public Future<Void> close() {
    return server == null ? Future.succeededFuture() : server.close();
  }

  private PemKeyCertOptions certificate() {
    return new PemKeyCertOptions()
        .addCertPath(config.certificate().orElseThrow().toString())
        .addKeyPath(config.key().orElseThrow().toString());
  }

  /** Serves with the certificate of the file, when that has changed; open connections stay. */
  private void renewCertificate() {
    vertx
        .executeBlocking(() -> Files.getLastModifiedTime(config.certificate().orElseThrow()))
        .compose(
            time -> {
              boolean changed = certificateTime != null && !time.equals(certificateTime);
              certificateTime = time;
              return changed
                  ? server.updateSSLOptions(new ServerSSLOptions().setKeyCertOptions(certificate()))
                  : Future.succeededFuture(false);
            })
        .onSuccess(
            changed -> {
              if (changed) {
                LOG.log(Level.INFO, "the certificate was renewed");
              }
            })
        .onFailure(
            error ->
                LOG.log(
                    Level.ERROR,
                    "certificate {0} is not taken: {1}",
                    config.certificate().orElseThrow(),
                    error.getMessage()));
  }

  private void handle(HttpServerRequest request) {
    if (!isFromHere(request)) {
      Answers.refuse(
          request.response(), 403, "foreign_origin", "asked from a page or name of another host");
      return;
    }
    Set<String> methods = new TreeSet<>();
    for (Route route : routes) {
      Optional<Map<String, String>> parameters = route.match(request.path());
      if (parameters.isPresent()) {
        if (route.method().equals(request.method())) {
          admit(request, route, parameters.get());
          return;
        }
        methods.add(route.method().name());
      }
    }
    if (methods.isEmpty()) {
      Answers.refuse(
          request.response(), 404, "not_found", "nothing is at " + request.path() + "; see /");
    } else {
      String allowed = String.join(", ", methods);
      request.response().putHeader("Allow", allowed);
      Answers.refuse(request.response(), 405, "method", request.path() + " takes only " + allowed);
    }
  }

  private void admit(HttpServerRequest request, Route route, Map<String, String> parameters) {
    Gate.Verdict verdict = gate.judge(request, route.role());
    if (verdict.passes()) {
      route.handle(new Exchange(request, verdict.principal(), parameters));
      return;
    }
    if (verdict.retry() > 0) {
      request.response().putHeader("Retry-After", Long.toString(verdict.retry()));
    }
    if (verdict.status() == 401) {
      request.response().putHeader("WWW-Authenticate", "Bearer realm=\"hy300\"");
    }
    Answers.refuse(request.response(), verdict.status(), verdict.code(), verdict.message());
  }

  /**
   * A web page elsewhere must not move motors by the browser of somebody who is here: neither by a
   * request of its own (Origin) nor by a name that it makes point to loopback (Host). A browser
   * does not add a token by itself, so where tokens are asked for, a page without one does nothing.
   */
  private boolean isFromHere(HttpServerRequest request) {
    if (gate.isGuarded()) {
      return true;
    }
    HostAndPort host = request.authority();
    if (host == null || (!config.allowInsecure() && !OWN_NAMES.contains(host.host()))) {
      return false;
    }
    String origin = request.getHeader("Origin");
    if (origin == null) {
      return true;
    }
    try {
      String authority = new URI(origin).getAuthority();
      return authority != null && authority.equals(request.getHeader("Host"));
    } catch (URISyntaxException e) {
      return false;
    }
  }

  /** A text that stands beside this class. */
  static String resource(String name) throws IOException {
    try (InputStream in = HttpApi.class.getResourceAsStream(name)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
