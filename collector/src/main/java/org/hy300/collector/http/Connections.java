// SPDX-License-Identifier: Apache-2.0
// The connections of the HTTP server: how many there are, and how long each may wait.
package org.hy300.collector.http;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.hy300.collector.access.Gate;
import org.hy300.collector.exposition.PageResponse;

/**
 * One whose request is under way stays, however long that takes: a stream has no end. One that
 * waits for its client is closed after a while, and at once when there is no room for a new one, so
 * that half requests keep nobody out. One address has half of the room. Belongs to the event loop.
 */
final class Connections {
  /** Until when a new connection must have sent its first request's headers. */
  static final long HEADER_MS = 10_000;

  /** How long one may wait for another request, which has to be complete by then. */
  static final long IDLE_MS = 75_000;

  private static final class Open {
    private final String address;
    private boolean busy;
    private long deadlineNanos;

    private Open(String address) {
      this.address = address;
    }
  }

  private final int max;
  private final long headerMs;
  private final long idleMs;
  private final Runnable refused;

  /** The one that has waited longest first. */
  private final Map<HttpConnection, Open> open = new LinkedHashMap<>();

  private final Map<String, Integer> ofAddress = new HashMap<>();

  /**
   * There are none yet.
   *
   * @param refused called for each that was closed for want of room
   */
  Connections(int max, long headerMs, long idleMs, Runnable refused) {
    this.max = max;
    this.headerMs = headerMs;
    this.idleMs = idleMs;
    this.refused = refused;
  }

  /** Watches over those of a server that does not listen yet. */
  void watch(Vertx vertx, HttpServer server) {
    server.connectionHandler(this::opened);
    vertx.setPeriodic(Math.max(1, Math.min(headerMs, idleMs) / 10), look -> closeLate());
  }

  private void opened(HttpConnection connection) {
    String address = Gate.network(connection.remoteAddress());
    boolean crowded = ofAddress.getOrDefault(address, 0) >= Math.max(1, max / 2);
    if (crowded || open.size() >= max) {
      refused.run();
      Optional<HttpConnection> waiting = longestWaiting(crowded ? address : greediest());
      PageResponse.cutOff(waiting.orElse(connection));
      if (waiting.isEmpty()) {
        return;
      }
      closed(waiting.get());
    }
    Open one = new Open(address);
    ofAddress.merge(address, 1, Integer::sum);
    connection.closeHandler(end -> closed(connection));
    wait(connection, one, headerMs);
  }

  private void closed(HttpConnection connection) {
    Open one = open.remove(connection);
    if (one != null) {
      ofAddress.computeIfPresent(
          one.address, (address, count) -> count == 1 ? null : Integer.valueOf(count - 1));
    }
  }

  private void wait(HttpConnection connection, Open one, long longestMs) {
    one.busy = false;
    one.deadlineNanos = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(longestMs);
    open.remove(connection);
    open.put(connection, one);
  }

  /** Who has most connections that wait. */
  private String greediest() {
    Map<String, Integer> waiting = new HashMap<>();
    String greediest = "";
    for (Open one : open.values()) {
      if (!one.busy
          && waiting.merge(one.address, 1, Integer::sum) > waiting.getOrDefault(greediest, 0)) {
        greediest = one.address;
      }
    }
    return greediest;
  }

  private Optional<HttpConnection> longestWaiting(String address) {
    return open.entrySet().stream()
        .filter(each -> !each.getValue().busy && each.getValue().address.equals(address))
        .map(Map.Entry::getKey)
        .findFirst();
  }

  private void closeLate() {
    long now = System.nanoTime();
    open.entrySet().stream()
        .filter(each -> !each.getValue().busy && each.getValue().deadlineNanos - now <= 0)
        .map(Map.Entry::getKey)
        .toList()
        .forEach(PageResponse::cutOff);
  }

  /** To be called with each request before it is answered. */
  void begins(HttpServerRequest request) {
    HttpConnection connection = request.connection();
    Open one = open.get(connection);
    if (one != null) {
      one.busy = true;
      request
          .response()
          .endHandler(
              ended -> {
                if (open.containsKey(connection)) {
                  wait(connection, one, idleMs);
                }
              });
    }
  }
}
