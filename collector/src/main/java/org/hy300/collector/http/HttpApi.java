// SPDX-License-Identifier: Apache-2.0
// What the collector answers over HTTP: the two metrics pages and commands to devices.
package org.hy300.collector.http;

import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.net.HostAndPort;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Set;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.hy300.collector.exposition.MetricsPage;

/** Listens on loopback, for it asks nobody who he is. */
public final class HttpApi {
  private static final String LOOPBACK = "127.0.0.1";
  private static final Set<String> OWN_NAMES = Set.of(LOOPBACK, "localhost", "[::1]");

  private static final Pattern COMMAND =
      Pattern.compile("/api/v1/devices/([^/]+)/commands/([^/]+)/([^/]+)");

  private static final String INDEX =
      """
      hy300-collector
      GET  /metrics           the fleet, for Prometheus
      GET  /internal/metrics  the collector itself
      POST /api/v1/devices/{device}/commands/{subsystem}/{action}
           a command, such as motor/move with {"args":{"position":120}}
      """;

  private final Vertx vertx;
  private final PrometheusMeterRegistry registry;
  private final Supplier<Buffer> page;
  private final CommandHandler commands;

  /**
   * Creates the interface.
   *
   * @param page writes the fleet's page
   */
  public HttpApi(
      Vertx vertx,
      PrometheusMeterRegistry registry,
      Supplier<Buffer> page,
      CommandHandler commands) {
    this.vertx = vertx;
    this.registry = registry;
    this.page = page;
    this.commands = commands;
  }

  /**
   * Listens.
   *
   * @param port 0 for one that the system chooses; the server knows which
   */
  public Future<HttpServer> listen(int port) {
    return vertx
        .createHttpServer(
            new HttpServerOptions().setHost(LOOPBACK).setPort(port).setCompressionSupported(true))
        .requestHandler(this::handle)
        .listen();
  }

  private void handle(HttpServerRequest request) {
    if (!isFromHere(request)) {
      CommandHandler.refuse(
          request.response(), 403, "foreign_origin", "asked from a page or name of another host");
      return;
    }
    Matcher command = COMMAND.matcher(request.path());
    if (command.matches()) {
      if (only(HttpMethod.POST, request)) {
        commands.handle(request, command.group(1), command.group(2), command.group(3));
      }
      return;
    }
    switch (request.path()) {
      case "/" -> get(request, () -> text(request.response(), "text/plain; charset=utf-8", INDEX));
      case "/metrics" ->
          get(
              request,
              () ->
                  request
                      .response()
                      .putHeader("Content-Type", MetricsPage.CONTENT_TYPE)
                      .end(page.get()));
      case "/internal/metrics" -> get(request, () -> internal(request.response()));
      default ->
          CommandHandler.refuse(
              request.response(), 404, "not_found", "nothing is at " + request.path() + "; see /");
    }
  }

  /**
   * A web page elsewhere must not move motors by the browser of somebody who is here: neither by a
   * request of its own (Origin) nor by a name that it makes point to loopback (Host).
   */
  private static boolean isFromHere(HttpServerRequest request) {
    HostAndPort host = request.authority();
    if (host == null || !OWN_NAMES.contains(host.host())) {
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

  private static boolean only(HttpMethod method, HttpServerRequest request) {
    if (request.method().equals(method)) {
      return true;
    }
    request.response().putHeader("Allow", method.name());
    CommandHandler.refuse(
        request.response(), 405, "method", request.path() + " takes only " + method);
    return false;
  }

  private static void get(HttpServerRequest request, Runnable answer) {
    if (only(HttpMethod.GET, request)) {
      answer.run();
    }
  }

  /** The registry asks every gauge and writes the whole page, which is no work for the loop. */
  private void internal(HttpServerResponse response) {
    vertx
        .executeBlocking(() -> registry.scrape())
        .onSuccess(text -> text(response, MetricsPage.CONTENT_TYPE, text))
        .onFailure(
            error -> CommandHandler.refuse(response, 500, "internal", String.valueOf(error)));
  }

  private static void text(HttpServerResponse response, String type, String text) {
    response.putHeader("Content-Type", type).end(text);
  }
}
