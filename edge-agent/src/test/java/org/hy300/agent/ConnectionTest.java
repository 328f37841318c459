// SPDX-License-Identifier: Apache-2.0
// The log of an agent that cannot connect to its broker: one line, however often it tries.
package org.hy300.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import org.hy300.mqtt.BrokerAddress;
import org.hy300.testing.Certificates;
import org.hy300.testing.Mosquitto;
import org.hy300.testing.MqttProbe;
import org.hy300.testing.Program;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Runs a whole program, because every line that any part of it prints counts. */
@Timeout(300)
class ConnectionTest {
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final String NAME = "localhost";

  @TempDir private Path directory;
  private Program agent;

  @AfterEach
  void stop() {
    agent.close();
  }

  private void start(BrokerAddress broker, String... options) throws IOException {
    agent = AgentProgram.start(broker, directory, Map.of(), List.of(), options);
  }

  private void connects() {
    agent.awaitLine(Pattern.compile("connected to"), LIMIT);
  }

  /**
   * What the agent has logged but INFO lines, and what Vert.x logs when a busy machine holds up the
   * event loop; a stack trace would be many lines.
   */
  private List<String> logged() {
    return agent.lines().stream()
        .filter(line -> !line.startsWith("INFO ") && !line.startsWith("WARNING vertx: "))
        .toList();
  }

  private void hasSaidOnly(BrokerAddress broker, String why) {
    assertThat(logged()).containsExactly("WARNING mqtt: " + broker + ": " + why + "; trying again");
  }

  private Path brokerLog() {
    return directory.resolve("mosquitto.log");
  }

  private Mosquitto secured(Certificates certificates, String... settings) throws Exception {
    certificates.issue(NAME);
    return new Mosquitto(
        directory,
        NAME,
        true,
        "log_dest file " + brokerLog(),
        "cafile " + certificates.ca(),
        "certfile " + certificates.certificate(NAME),
        "keyfile " + certificates.key(NAME),
        String.join("\n", settings));
  }

  /**
   * Waits until the broker has seen the agent three times; the very first connection is the test's.
   */
  private void isTriedAgain() {
    await()
        .atMost(LIMIT)
        .until(
            () ->
                Files.readAllLines(brokerLog()).stream()
                        .filter(line -> line.contains("New connection"))
                        .count()
                    > 3);
  }

  @Test
  void nobodyListens() throws Exception {
    try (Mosquitto broker = new Mosquitto(directory)) {
      broker.kill();
      start(broker.address());
      agent.awaitLine(Pattern.compile("trying again"), LIMIT);
      await("two attempts").pollDelay(Duration.ofSeconds(2)).until(() -> true);
      hasSaidOnly(broker.address(), "Connection refused");
      broker.start();
      connects();
    }
  }

  @Test
  void aBrokerThatAcceptsAndNeverAnswers() throws Exception {
    try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
      AtomicInteger accepted = new AtomicInteger();
      Thread accepts =
          new Thread(
              () -> {
                try {
                  while (true) {
                    silent.accept();
                    accepted.incrementAndGet();
                  }
                } catch (IOException e) {
                  // The test is over.
                }
              });
      accepts.start();
      BrokerAddress broker = new BrokerAddress("127.0.0.1", silent.getLocalPort());
      start(broker);
      await().atMost(LIMIT).until(() -> accepted.get() >= 2);
      hasSaidOnly(broker, "no CONNACK in 10 s");
    }
  }

  @Test
  void aBrokerThatRefuses() throws Exception {
    try (Mosquitto broker =
        new Mosquitto(
            directory,
            "127.0.0.1",
            false,
            "allow_anonymous false",
            "log_dest file " + brokerLog())) {
      start(broker.address());
      isTriedAgain();
      hasSaidOnly(broker.address(), "the broker refuses the connection: not authorized");
    }
  }

  @Test
  void anAccessListThatRefusesOneOfItsTopics() throws Exception {
    Path acl =
        Files.writeString(
            directory.resolve("acl"),
            "topic readwrite hy300/v1/#\ntopic deny hy300/v1/+/event/#\n");
    try (Mosquitto broker =
            new Mosquitto(
                directory, "127.0.0.1", false, "allow_anonymous true", "acl_file " + acl);
        MqttProbe probe = new MqttProbe(broker.address()).subscribe("hy300/v1/+/state/agent")) {
      start(broker.address());
      probe.await(
          "hy300/v1/p1/state/agent",
          state ->
              state
                      .getJsonObject("values")
                      .getInteger(
                          "hy300_agent_broker_refusals_total"
                              + "{packet=\"puback\",reason=\"not_authorized\"}",
                          0)
                  > 0);
      assertThat(logged())
          .containsExactly(
              "WARNING mqtt: "
                  + broker.address()
                  + ": the broker refuses messages on hy300/v1/p1/event/agent: not authorized"
                  + " (said once, counted)");
    }
  }

  @Test
  void aBrokerWhoseCertificateAnotherAuthorityHasSigned() throws Exception {
    Certificates others = new Certificates(directory.resolve("others"));
    try (Mosquitto broker =
        secured(new Certificates(directory.resolve("pki")), "allow_anonymous true")) {
      start(broker.address(), "--broker-ca=" + others.ca());
      isTriedAgain();
      hasSaidOnly(
          broker.address(),
          "127.0.0.1: the broker's certificate CN=localhost is signed by CN=ca, which is not among"
              + " the authorities of "
              + others.ca());
    }
  }

  @Test
  void certificatesOfBothSidesLetItIn() throws Exception {
    Certificates certificates = new Certificates(directory.resolve("pki"));
    certificates.issue("p1");
    try (Mosquitto broker =
        secured(certificates, "require_certificate true", "use_identity_as_username true")) {
      start(
          broker.address(),
          "--broker-ca=" + certificates.ca(),
          "--broker-certificate=" + certificates.certificate("p1"),
          "--broker-key=" + certificates.key("p1"));
      connects();
      assertThat(logged()).isEmpty();
    }
  }
}
