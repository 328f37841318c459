// SPDX-License-Identifier: Apache-2.0
// One thing that can be asked for over HTTP.
package org.hy300.collector.http;

import io.vertx.core.http.HttpMethod;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.hy300.contract.Role;

/** A method and a path, and what answers it. */
final class Route {
  private static final Pattern OPEN = Pattern.compile("\\{(\\w+)}");

  private final HttpMethod method;
  private final String path;
  private final Role role;
  private final Consumer<Exchange> handler;
  private final List<String> parts;

  /**
   * Creates a route.
   *
   * @param path as in OpenAPI: /api/v1/devices/{device}
   * @param role null when no token is needed
   */
  Route(HttpMethod method, String path, Role role, Consumer<Exchange> handler) {
    this.method = method;
    this.path = path;
    this.role = role;
    this.handler = handler;
    parts = split(path);
  }

  HttpMethod method() {
    return method;
  }

  String path() {
    return path;
  }

  Role role() {
    return role;
  }

  void handle(Exchange exchange) {
    handler.accept(exchange);
  }

  /** Whether a method is answered: who may GET may look at the headers alone (RFC 9110, 9.1). */
  boolean takes(HttpMethod asked) {
    return asked.equals(method) || (asked.equals(HttpMethod.HEAD) && method.equals(HttpMethod.GET));
  }

  /** What stands between the slashes, as it was meant; throws when a % is not followed by two. */
  static List<String> segments(String path) {
    return split(path).stream()
        .map(part -> URLDecoder.decode(part.replace("+", "%2B"), StandardCharsets.UTF_8))
        .toList();
  }

  private static List<String> split(String path) {
    return Arrays.asList(path.split("/", -1));
  }

  /** The open parts of a path that is this route's; empty when it is not. */
  Optional<Map<String, String>> match(List<String> asked) {
    if (asked.size() != parts.size()) {
      return Optional.empty();
    }
    Map<String, String> parameters = new LinkedHashMap<>();
    for (int i = 0; i < parts.size(); i++) {
      Matcher open = OPEN.matcher(parts.get(i));
      if (open.matches() && !asked.get(i).isEmpty()) {
        parameters.put(open.group(1), asked.get(i));
      } else if (!parts.get(i).equals(asked.get(i))) {
        return Optional.empty();
      }
    }
    return Optional.of(parameters);
  }
}
