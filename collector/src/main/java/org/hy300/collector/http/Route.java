// SPDX-License-Identifier: Apache-2.0
// One thing that can be asked for over HTTP.
package org.hy300.collector.http;

import io.vertx.core.http.HttpMethod;
import java.util.ArrayList;
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
  private final List<String> names = new ArrayList<>();
  private final Pattern pattern;

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
    Matcher open = OPEN.matcher(path);
    while (open.find()) {
      names.add(open.group(1));
    }
    pattern = Pattern.compile(OPEN.matcher(path).replaceAll("([^/]+)"));
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

  /** The open parts of a path that is this route's; empty when it is not. */
  Optional<Map<String, String>> match(String asked) {
    Matcher matcher = pattern.matcher(asked);
    if (!matcher.matches()) {
      return Optional.empty();
    }
    Map<String, String> parameters = new LinkedHashMap<>();
    for (int i = 0; i < names.size(); i++) {
      parameters.put(names.get(i), matcher.group(i + 1));
    }
    return Optional.of(parameters);
  }
}
