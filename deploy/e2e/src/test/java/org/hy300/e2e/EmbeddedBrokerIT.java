// SPDX-License-Identifier: Apache-2.0
// Access control of the collector's own broker, and its answers to other protocols.
package org.hy300.e2e;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.hy300.testing.Program;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 5, unit = TimeUnit.MINUTES)
class EmbeddedBrokerIT {
  private static final Duration LIMIT = Duration.ofSeconds(60);

  private static final Pattern READY =
      Pattern.compile(
          "embedded broker at mqtt://127\\.0\\.0\\.1:(\\d+) for user hy300 with the password in"
              + " (\\S+)");

  /** The first bytes from browsers, scanners and other protocols. */
  private static final List<String> NOT_MQTT =
      List.of(
          """
          GET / HTTP/1.1
          Host: 127.0.0.1
          Upgrade: websocket
          Connection: Upgrade
          Sec-WebSocket-Version: 13
          Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==
          Sec-WebSocket-Protocol: mqtt
          Origin: http://elsewhere.example

          """
              .replace("\n", "\r\n"),
          "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
          "POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 14\r\n\r\n\u0010\f\0\u0004MQTT\u0004\2\0<\0\0",
          "OPTIONS / HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: activemq-remoting\r\n\r\n",
          "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
          "PROXY TCP4 127.0.0.1 127.0.0.1 1 2\r\n\u0010\f\0\u0004MQTT\u0004\2\0<\0\0",
          "\u0016\3\1\2\0\1\0\1",
          "\0\3\0\b!\u0012\u00a4Bstun over TCP",
          "AMQP\0\1\0\0",
          "\0");

  @TempDir private Path data;
  @TempDir private Path logins;
  private final List<Program> running = new ArrayList<>();
  private Program collector;
  private int port;

  @BeforeEach
  void start() throws IOException {
    start(0);
  }

  private void start(int wanted) throws IOException {
    collector = launch(wanted);
    running.add(collector);
    port = Integer.parseInt(collector.awaitLine(READY, LIMIT).group(1));
  }

  private Program launch(int wanted) throws IOException {
    return new Program(
        "hy300-collector",
        Map.of(),
        Root.DIRECTORY.resolve("collector/target/hy300-collector/bin/hy300-collector").toString(),
        "--http-port=0",
        "--mqtt-port=" + wanted,
        "--data=" + data);
  }

  @AfterEach
  void stop() {
    running.forEach(Program::close);
  }

  private MosquittoClients clients(String... login) throws IOException {
    return new MosquittoClients(Files.createTempDirectory(logins, "login"), port, login);
  }

  private MosquittoClients clients() throws IOException {
    return clients("-u hy300", "-P " + password());
  }

  private String password() throws IOException {
    return Files.readString(data.resolve("broker-password")).strip();
  }

  @Test
  void whatDoesNotBeginAsMqttGetsNoByteAndIsClosed() throws Exception {
    for (String first : NOT_MQTT) {
      assertThat(answer(first)).as(first).isEmpty();
    }
    // The broker still works.
    assertThat(exit(clients(), "mqttv311")).isZero();
  }

  /** Everything that the other end sends before it closes. */
  private byte[] answer(String first) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket.setSoTimeout((int) LIMIT.toMillis());
      socket.getOutputStream().write(first.getBytes(ISO_8859_1));
      return socket.getInputStream().readAllBytes();
    } catch (SocketException e) {
      // Closed before it had read everything.
      assertThat(e).hasMessageMatching("Connection reset|Broken pipe");
      return new byte[0];
    }
  }

  @Test
  void whoDoesNotKnowThePasswordIsRefusedWithMqttsWord() throws Exception {
    String password = password();
    List<List<String>> wrong =
        List.of(
            List.of(),
            List.of("-u hy300"),
            List.of("-u hy300", "-P wrong"),
            List.of("-u hy300", "-P " + password + "0"),
            List.of("-u somebody", "-P " + password),
            // The default login of every Artemis for its cluster.
            List.of("-u ACTIVEMQ.CLUSTER.ADMIN.USER", "-P CHANGE ME!!"));
    for (List<String> login : wrong) {
      MosquittoClients clients = clients(login.toArray(String[]::new));
      // MQTT 3.1.1: not authorized. MQTT 5: bad user name or password.
      assertThat(exit(clients, "mqttv311")).as(login.toString()).isEqualTo(5);
      assertThat(exit(clients, "mqttv5")).as(login.toString()).isEqualTo(0x86);
    }
    assertThat(exit(clients(), "mqttv311")).isZero();
    assertThat(exit(clients(), "mqttv5")).isZero();
  }

  /** mosquitto_sub exits with the reason code of the broker's CONNACK. */
  private static int exit(MosquittoClients clients, String version) throws Exception {
    try (Program program =
        clients.start("mosquitto_sub", "-V", version, "-t", "hy300/v1/#", "-E")) {
      return program.awaitExit(LIMIT);
    }
  }

  @Test
  void aClientComesBackAfterARestartWithThePasswordThatItHas() throws Exception {
    Program subscriber = clients().start("mosquitto_sub", "-v", "-t", "test/#");
    running.add(subscriber);
    say("before", subscriber);
    collector.signal("TERM");
    collector.awaitExit(LIMIT);
    start(port);
    say("after", subscriber);
  }

  /** Retained, so that the subscriber gets it whenever it connects. */
  private void say(String word, Program subscriber) throws Exception {
    try (Program publisher =
        clients().start("mosquitto_pub", "-r", "-q", "1", "-t", "test/" + word, "-m", word)) {
      assertThat(publisher.awaitExit(LIMIT)).as(publisher.lines().toString()).isZero();
    }
    subscriber.awaitLine(Pattern.compile("^test/" + word + " " + word + "$"), LIMIT);
  }

  @Test
  void thePasswordIsNowhereButInItsFile() throws Exception {
    Path file = data.resolve("broker-password");
    assertThat(collector.awaitLine(READY, LIMIT).group(2)).isEqualTo(file.toString());
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
    collector.awaitLine(Pattern.compile("connected to .* as hy300:collector"), LIMIT);
    String password = password();
    List<Long> processes =
        Stream.concat(
                Stream.of(ProcessHandle.of(collector.pid()).orElseThrow()),
                ProcessHandle.of(collector.pid()).orElseThrow().descendants())
            .map(ProcessHandle::pid)
            .toList();
    assertThat(processes).hasSize(2);
    for (long process : processes) {
      for (String shown : List.of("cmdline", "environ")) {
        assertThat(Files.readString(Path.of("/proc/" + process, shown), ISO_8859_1))
            .doesNotContain(password);
      }
    }
    assertThat(collector.lines()).noneMatch(line -> line.contains(password));
  }

  @Test
  void aPasswordThatOthersMayReadEndsTheStartWithALine() throws Exception {
    collector.close();
    Files.setPosixFilePermissions(
        data.resolve("broker-password"), PosixFilePermissions.fromString("rw-r--r--"));
    try (Program again = launch(0)) {
      assertThat(again.awaitExit(LIMIT)).isEqualTo(1);
      assertThat(again.lines()).singleElement().asString().contains("open to others than its user");
    }
  }
}
