// SPDX-License-Identifier: Apache-2.0
// Runs some commands against a fake collector, to record the classes that they load.
package org.hy300.cli;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.hy300.cli.client.Exit;

/** Runs when the program is packaged. */
final class Rehearsal {
  private static final String DEVICE =
      "{\"device\":\"p1\",\"online\":true,\"last_seen\":\"2026-11-21T04:00:00.123Z\","
          + "\"labels\":{\"site\":\"berlin\"},\"settings\":{\"expect_signal\":null},"
          + "\"values\":{\"hy300_motor_position_steps\":120.0}}";

  private Rehearsal() {}

  public static void main(String[] args) throws IOException {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/api/v1/devices", e -> answer(e, "{\"devices\":[" + DEVICE + "]}"));
    server.createContext("/api/v1/devices/p1", e -> answer(e, DEVICE));
    server.createContext(
        "/api/v1/devices/p1/commands",
        e -> answer(e, "{\"id\":\"1\",\"status\":\"done\",\"result\":{\"position\":120}}"));
    server.start();
    Map<String, String> environment =
        Map.of("HY300_URL", "http://127.0.0.1:" + server.getAddress().getPort());
    String[][] commands = {{"devices"}, {"show", "p1"}, {"motor", "move", "p1", "120"}};
    for (String[] command : commands) {
      int status = Main.commandLine(environment, command).execute(command);
      if (status != Exit.DONE) {
        throw new IllegalStateException(String.join(" ", command) + " ends with " + status);
      }
    }
    server.stop(0);
  }

  private static void answer(HttpExchange exchange, String json) throws IOException {
    byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(200, bytes.length);
    exchange.getResponseBody().write(bytes);
    exchange.close();
  }
}
