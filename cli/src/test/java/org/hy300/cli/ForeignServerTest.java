// SPDX-License-Identifier: Apache-2.0
package org.hy300.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.hy300.cli.client.Exit;
import org.hy300.testing.DeepJson;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Servers that answer like no collector, or go away, and outputs that take nothing. */
@Timeout(300)
class ForeignServerTest {
  private static final String NO_DEVICES = "{\"devices\":[]}";

  private HttpServer server;
  private String url;

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.start();
    url = "http://127.0.0.1:" + server.getAddress().getPort();
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  private static void answer(HttpExchange exchange, int status, String body) throws IOException {
    exchange.getRequestBody().readAllBytes();
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(status, bytes.length);
    exchange.getResponseBody().write(bytes);
    exchange.close();
  }

  private Hy300 hy300(String... args) throws Exception {
    return Hy300.run(Map.of("HY300_URL", url), args);
  }

  private static void fails(Hy300 run, int status, String... says) {
    assertThat(run.err()).contains(says).startsWith("hy300: ").hasLineCount(1);
    assertThat(run.status()).isEqualTo(status);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "devices       | 404 | {\"status\":404,\"error\":\"Not Found\"}",
        "motor home p1 | 404 | {\"status\":404,\"error\":\"Not Found\"}",
        "motor home p1 | 200 | {\"status\":\"up\"}",
        "motor home p1 | 200 | {\"targets\":2}",
        "devices       | 200 | {}",
        "devices       | 200 | {\"devices\":\"none\"}",
        "result x1     | 200 | {\"targets\":[1]}",
      })
  void otherJsonIsNoCollectors(String args, int status, String body) throws Exception {
    server.createContext("/", exchange -> answer(exchange, status, body));
    fails(hy300(args.split(" ")), Exit.COLLECTOR, url + " does not answer as a collector does");
  }

  @ParameterizedTest
  @CsvSource({"devices", "show p1", "motor home p1", "watch"})
  void anAnswerThatIsNestedTooDeepIsNoCollectors(String args) throws Exception {
    String deep = DeepJson.object(17, "\"devices\":[]");
    server.createContext(
        "/",
        exchange ->
            answer(
                exchange,
                200,
                args.equals("watch") ? "event: rows\ndata: " + deep + "\n\n" : deep));
    fails(
        hy300(args.split(" ")),
        Exit.COLLECTOR,
        url + " does not answer as a collector does (",
        "is nested more than 16 deep");
  }

  @Test
  void argumentsThatAreNestedTooDeepAreRefused() throws Exception {
    fails(
        hy300("command", "p1", "motor/move", DeepJson.object(900, "\"position\":1")),
        Exit.USAGE,
        "is nested more than 16 deep");
  }

  @ParameterizedTest
  @CsvSource({"motor home p1", "motor home --all", "motor home p1 --no-wait"})
  void aCommandThatMayGoOnIsSaidByItsId(String args) throws Exception {
    // Ends the connection when it has the command.
    server.createContext(
        "/",
        exchange -> {
          exchange.getRequestBody().readAllBytes();
          exchange.close();
        });
    fails(hy300(args.split(" ")), Exit.UNANSWERED, "without an answer", "hy300 result ");
  }

  @Test
  void whoWatchesWaitsForADeviceButNotForARefusal() throws Exception {
    String stream = "event: removed\ndata: {\"devices\":[\"p%d\"]}\n\n";
    AtomicInteger asked = new AtomicInteger();
    server.createContext(
        "/",
        exchange -> {
          int time = asked.incrementAndGet();
          switch (time) {
            case 1, 3 -> answer(exchange, 200, stream.formatted(time));
            case 2 -> answer(exchange, 404, error("unknown_device"));
            default -> answer(exchange, 401, error("no_token"));
          }
        });
    Hy300 run = hy300("watch", "p1");
    assertThat(run.lines()).containsExactly("p1  forgotten", "p3  forgotten");
    assertThat(run.err().lines().toList()).last().asString().contains("wants a token");
    assertThat(run.status()).isEqualTo(Exit.COLLECTOR);
    assertThat(asked).hasValue(4);
  }

  private static String error(String code) {
    return "{\"error\":{\"code\":\"" + code + "\",\"message\":\"no\"}}";
  }

  @Test
  void whatCannotBePrintedFails() throws Exception {
    server.createContext("/", exchange -> answer(exchange, 200, NO_DEVICES));
    fails(shell("\"$@\" >/dev/full", "devices"), Exit.FAILED, "standard output takes no more");
  }

  @Test
  void aReaderMayHaveHadEnough() throws Exception {
    server.createContext("/", exchange -> answer(exchange, 200, NO_DEVICES));
    assertThat(shell("{ \"$@\"; echo $? >&2; } | :", "devices").err()).isEqualTo("0\n");
  }

  private Hy300 shell(String script, String... args) throws Exception {
    List<String> words = new ArrayList<>(List.of("sh", "-c", script, "sh"));
    words.addAll(Hy300.command(List.of(), args));
    return Hy300.execute(Map.of("HY300_URL", url), words);
  }
}
