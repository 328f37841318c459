// SPDX-License-Identifier: Apache-2.0
// Under which names the collector answers, where it asks for no tokens.
package org.hy300.collector.http;

import io.netty.util.NetUtil;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.HostAndPort;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.HashSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * A web page elsewhere must not move motors by the browser of somebody who is here: neither by a
 * request of its own (Origin) nor by a name that its owner makes point to the collector (Host). An
 * address in Host is good, whichever it is: a page can be had from there only by who has it.
 */
final class OwnNames {
  private final Set<String> names = new HashSet<>(Set.of("localhost"));

  OwnNames(HttpConfig config) {
    names.add(config.host().toLowerCase(Locale.ROOT));
    config.names().forEach(name -> names.add(name.toLowerCase(Locale.ROOT)));
  }

  /** Why a request is not answered; empty when it is. */
  Optional<String> refusal(HttpServerRequest request) {
    HostAndPort host = request.authority();
    if (host == null || !isOwn(host.host())) {
      return Optional.of("asked by a name that is not the collector's; --http-names adds names");
    }
    String origin = request.getHeader("Origin");
    return origin == null || isOf(origin, request)
        ? Optional.empty()
        : Optional.of("asked from a page of another host");
  }

  private boolean isOwn(String host) {
    return names.contains(host.toLowerCase(Locale.ROOT))
        || NetUtil.isValidIpV4Address(host)
        || NetUtil.isValidIpV6Address(host);
  }

  private static boolean isOf(String origin, HttpServerRequest request) {
    try {
      String authority = new URI(origin).getAuthority();
      return authority != null && authority.equalsIgnoreCase(request.authority().toString());
    } catch (URISyntaxException e) {
      return false;
    }
  }
}
