// SPDX-License-Identifier: Apache-2.0
// A third party's web server with a page that attacks collector and broker by itself and reports
// the outcome.
package org.hy300.e2e;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** Serves hostile-page.html for one collector and one projector. */
final class HostilePage implements AutoCloseable {
  private final HttpServer server;
  private final String page;
  private final BlockingQueue<String> done = new LinkedBlockingQueue<>();

  HostilePage(Fleet fleet, String device) throws IOException {
    try (InputStream in = HostilePage.class.getResourceAsStream("hostile-page.html")) {
      page =
          new String(in.readAllBytes(), UTF_8)
              .replace("%HTTP%", Integer.toString(fleet.httpPort))
              .replace("%MQTT%", Integer.toString(fleet.mqttPort))
              .replace("%DEVICE%", device);
    }
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", this::answer);
    server.start();
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      if (exchange.getRequestURI().getPath().equals("/done")) {
        done.add(new String(exchange.getRequestBody().readAllBytes(), UTF_8));
      }
      byte[] body = page.getBytes(UTF_8);
      exchange.getResponseHeaders().set("Content-Type", "text/html; charset=utf-8");
      exchange.sendResponseHeaders(200, body.length);
      exchange.getResponseBody().write(body);
    }
  }

  /** Its address, by one of this machine's names. */
  String url(String host) {
    return "http://" + host + ":" + server.getAddress().getPort() + "/";
  }

  /** Waits until a browser has tried everything; returns the outcome of each attempt. */
  Map<String, String> outcomes() throws InterruptedException {
    String said = done.poll(3, TimeUnit.MINUTES);
    if (said == null) {
      throw new IllegalStateException("the page was not opened, or has not come to its end");
    }
    Map<String, String> outcomes = new TreeMap<>();
    new JsonObject(said).forEach(entry -> outcomes.put(entry.getKey(), (String) entry.getValue()));
    return outcomes;
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
