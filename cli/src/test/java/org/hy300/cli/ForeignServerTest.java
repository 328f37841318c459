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

/** Servers that violate the API or go away, and outputs that cannot be written. */
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
        "devices | 404 | {\"status\":404,\"error\":\"Not Found\"}"
            + "      | GET /api/v1/devices with HTTP status 404 and a text in 'error' (expected an"
            + " object)",
        "motor home p1 | 404 | {\"status\":404,\"error\":\"Not Found\"}"
            + "            | POST /api/v1/devices/p1/commands/motor/home with HTTP status 404 and a"
            + " text in 'error' (expected an object)",
        "motor home p1 | 200 | {\"status\":\"up\"}"
            + "            | POST /api/v1/devices/p1/commands/motor/home with 'id' missing"
            + " (expected a text)",
        "motor home p1 | 200 | {\"targets\":2}"
            + "            | POST /api/v1/devices/p1/commands/motor/home with 2 in 'targets'"
            + " (expected a list)",
        "motor home --all | 200 | {\"targets\":[{}]}"
            + "               | POST /api/v1/commands with 'targets[0].device' missing (expected a"
            + " text)",
        "devices | 200 | {}"
            + "      | GET /api/v1/devices with 'devices' missing (expected a list)",
        "devices | 200 | {\"devices\":\"none\"}"
            + "      | GET /api/v1/devices with a text in 'devices' (expected a list)",
        "devices --json | 200 | {\"devices\":[{\"device\":\"p1\"}]}"
            + "             | GET /api/v1/devices with 'devices[0].online' missing (expected true"
            + " or false)",
        "devices | 200 | {\"devices\":[],\"next\":\"@198.51.100.1/\"}"
            + "      | GET /api/v1/devices with a text in 'next' (expected a path)",
        "devices | 200 | {\"devices\":[],\"next\":\"/ a\"}"
            + "      | GET /api/v1/devices with a text in 'next' (expected a path)",
        "show p1 | 200 | {\"device\":\"p1\",\"online\":null}"
            + "      | GET /api/v1/devices/p1 with null in 'online' (expected true or false)",
        "events p1 | 200 | {\"events\":{}}"
            + "        | GET /api/v1/devices/p1/events with an object in 'events' (expected a list)",
        "settings p1 | 200 | {}"
            + "          | GET /api/v1/devices/p1/settings with 'expect_signal' missing (expected"
            + " true or false)",
        "settings p1 --expect-signal=true | 200 | {}"
            + "          | PUT /api/v1/devices/p1/settings with 'expect_signal' missing (expected"
            + " true or false)",
        "result x1 | 200 | {\"targets\":[1]}"
            + "        | GET /api/v1/commands/x1 with 1 in 'targets[0]' (expected an object)",
      })
  void whatIsNotAsPromisedIsSaidByItsName(String args, int status, String body, String says)
      throws Exception {
    server.createContext("/", exchange -> answer(exchange, status, body));
    Hy300 run = hy300(args.split(" "));
    assertThat(run.out()).isEmpty();
    assertThat(run.err()).hasLineCount(1);
    isNotAsPromised(run, says);
  }

  /** Expects the error line and the exit status of a collector's fault. */
  private void isNotAsPromised(Hy300 run, String says) {
    assertThat(run.err())
        .endsWith(
            "hy300: " + url + " answers " + says + "; is it a collector of another version?\n");
    assertThat(run.status()).isEqualTo(Exit.COLLECTOR);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"rows\":[{}]} | 'rows[0].device' missing (expected a text)",
        "[] | no JSON object",
        "{ | no JSON object",
      })
  void whatAStreamTellsIsSaidByItsName(String data, String says) throws Exception {
    String stream = "event: collector\ndata: {\"broker_connected\":true}\n\n";
    AtomicInteger asked = new AtomicInteger();
    // A reopened stream is read like the first one.
    server.createContext(
        "/",
        exchange ->
            answer(
                exchange,
                200,
                asked.incrementAndGet() == 1 ? stream : "event: rows\ndata: " + data + "\n\n"));
    isNotAsPromised(hy300("watch"), "GET /api/v1/live with " + says + " in an event 'rows'");
  }

  @Test
  void jsonIsPrintedAsItCame() throws Exception {
    String device =
        "{\"since_then\":[1,null],\"device\":\"p1\",\"online\":false,\"last_seen\":\"\","
            + "\"settings\":{\"expect_signal\":null,\"x\":1},\"values\":{\"b\":1.50,\"a\":2}}";
    server.createContext("/", exchange -> answer(exchange, 200, device));
    assertThat(hy300("show", "p1", "--json").out()).isEqualTo(device.replace("1.50", "1.5") + "\n");
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
        url + " answers ",
        " with JSON that is nested more than 16 deep",
        "; is it a collector of another version?");
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
    // Closes the connection after receiving the command.
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
