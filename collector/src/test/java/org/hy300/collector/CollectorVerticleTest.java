// SPDX-License-Identifier: Apache-2.0
// The collector as what it is deployed as: how it begins, ends, and does not begin.
package org.hy300.collector;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Vertx;
import io.vertx.junit5.Timeout;
import io.vertx.junit5.VertxExtension;
import io.vertx.junit5.VertxTestContext;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.hy300.collector.fleet.FleetLimits;
import org.hy300.collector.http.HttpConfig;
import org.hy300.contract.Topics;
import org.hy300.mqtt.BrokerAccess;
import org.hy300.testing.Mosquitto;
import org.hy300.testing.Program;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** On a Vert.x with an event loop for each core, which is not the collector's own. */
@ExtendWith(VertxExtension.class)
@Timeout(value = 300, timeUnit = TimeUnit.SECONDS)
class CollectorVerticleTest {
  @TempDir private Path directory;
  private Mosquitto broker;

  @BeforeEach
  void startBroker() throws Exception {
    broker = new Mosquitto(directory);
  }

  @AfterEach
  void stopBroker() throws Exception {
    broker.close();
  }

  private Collector collector(int port) {
    PrometheusMeterRegistry registry = Collector.registry();
    BrokerAccess access = BrokerAccess.open(broker.address());
    return new Collector(
        new CollectorConfig(
            HttpConfig.onLoopback(port),
            Optional.of(access),
            0,
            5,
            Topics.standard(),
            FleetLimits.STANDARD,
            data(),
            Optional.empty()),
        access,
        registry);
  }

  private Path data() {
    return directory.resolve("data");
  }

  private static boolean listens(int port) {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      return socket.isConnected();
    } catch (IOException e) {
      return false;
    }
  }

  private static int ask(int port) throws Exception {
    return HttpClient.newHttpClient()
        .send(
            HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/metrics")).build(),
            HttpResponse.BodyHandlers.discarding())
        .statusCode();
  }

  @Test
  void anUndeployedCollectorHasLetGoOfItsPortAndItsFiles(Vertx vertx, VertxTestContext test) {
    Collector first = collector(0);
    vertx
        .deployVerticle(first)
        .compose(
            id ->
                vertx
                    .executeBlocking(() -> ask(first.port()))
                    .onSuccess(status -> test.verify(() -> assertThat(status).isEqualTo(200)))
                    .compose(answered -> vertx.undeploy(id)))
        .compose(gone -> vertx.executeBlocking(() -> listens(first.port())))
        .onSuccess(listens -> test.verify(() -> assertThat(listens).isFalse()))
        .compose(refused -> vertx.deployVerticle(collector(first.port())))
        .compose(vertx::undeploy)
        .onComplete(test.succeedingThenComplete());
  }

  @Test
  void onAPortThatIsTakenItIsNotDeployedAndLetsGoOfItsFiles(Vertx vertx, VertxTestContext test)
      throws Exception {
    ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
    vertx
        .deployVerticle(collector(taken.getLocalPort()))
        .transform(
            deployed -> {
              test.verify(
                  () ->
                      assertThat(deployed.cause())
                          .isInstanceOf(IOException.class)
                          .hasMessage(
                              "port %d of 127.0.0.1 is taken; choose another --http-port",
                              taken.getLocalPort()));
              return vertx.deployVerticle(collector(0));
            })
        .compose(vertx::undeploy)
        .eventually(
            () ->
                vertx.executeBlocking(
                    () -> {
                      taken.close();
                      return null;
                    }))
        .onComplete(test.succeedingThenComplete());
  }

  @Test
  void whereItCannotKeepAnythingItIsNotDeployed(Vertx vertx, VertxTestContext test)
      throws Exception {
    Files.writeString(data(), "in the way");
    vertx
        .deployVerticle(collector(0))
        .onComplete(
            test.failing(
                error ->
                    test.verify(
                        () -> {
                          assertThat(error)
                              .isInstanceOf(IOException.class)
                              .hasMessage(
                                  data()
                                      + " is no directory that can be written;"
                                      + " --data names another one");
                          test.completeNow();
                        })));
  }

  private List<String> outputOf(String... options) throws Exception {
    List<String> command =
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:TieredStopAtLevel=1",
            "-cp",
            System.getProperty("java.class.path"),
            "org.hy300.collector.Main",
            "--broker=" + broker.address());
    String[] whole = Stream.concat(command.stream(), Stream.of(options)).toArray(String[]::new);
    try (Program program = new Program("collector", Map.of(), whole)) {
      assertThat(program.awaitExit(Duration.ofSeconds(60))).isEqualTo(1);
      // A machine that is busy holds up the event loop, which Vert.x logs.
      return program.lines().stream()
          .filter(line -> !line.startsWith("INFO ") && !line.startsWith("WARNING vertx: "))
          .toList();
    }
  }

  @Test
  void aProgramThatCannotStartSaysWhyInOneLineAndEnds() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      assertThat(outputOf("--data=" + data(), "--http-port=" + taken.getLocalPort()))
          .containsExactly(
              "hy300-collector: port "
                  + taken.getLocalPort()
                  + " of 127.0.0.1 is taken; choose another --http-port");
    }
    assertThat(outputOf("--http-port=0", "--data=/dev/null"))
        .containsExactly(
            "hy300-collector: /dev/null is no directory that can be written;"
                + " --data names another one");
  }
}
