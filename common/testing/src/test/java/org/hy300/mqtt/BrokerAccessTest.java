// SPDX-License-Identifier: Apache-2.0
// Access to a real mosquitto: certificates of both sides, names, user and password.
package org.hy300.mqtt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.awaitility.Awaitility.await;

import io.vertx.core.Vertx;
import io.vertx.mqtt.messages.MqttPublishMessage;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.hy300.testing.Certificates;
import org.hy300.testing.LogLines;
import org.hy300.testing.Mosquitto;
import org.hy300.testing.Program;
import org.hy300.testing.Secrets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(300)
class BrokerAccessTest {
  private static final String NAME = "localhost";
  private static final long HOUR = 3600;

  private final Instant now = Instant.now().truncatedTo(ChronoUnit.SECONDS);

  private final Vertx vertx = Vertx.vertx();
  private final AtomicBoolean connected = new AtomicBoolean();
  private final LogLines said = new LogLines(MqttSession.class);

  @TempDir private Path directory;
  private Certificates certificates;
  private MqttSession session;

  @BeforeEach
  void certify() throws Exception {
    certificates = new Certificates(directory.resolve("pki"));
    certificates.issue(NAME);
    certificates.issue("p1");
  }

  @AfterEach
  void end() throws Exception {
    said.close();
    vertx.close().toCompletionStage().toCompletableFuture().get(60, TimeUnit.SECONDS);
  }

  private Mosquitto broker(String... settings) throws Exception {
    return named(NAME, NAME, settings);
  }

  /** A broker with one host name and a certificate for another. */
  private Mosquitto named(String host, String certificate, String... settings) throws Exception {
    return new Mosquitto(
        directory,
        host,
        true,
        "cafile " + certificates.ca(),
        "certfile " + certificates.certificate(certificate),
        "keyfile " + certificates.key(certificate),
        String.join("\n", settings));
  }

  private void connect(BrokerAccess access) {
    session =
        new MqttSession(
            vertx,
            new MqttSession.Options(
                access, "test", 1, List.of(Subscription.of("commands/#", 1)), 100),
            null,
            new MqttSession.Listener() {
              @Override
              public void connected() {
                connected.set(true);
              }

              @Override
              public void received(MqttPublishMessage message) {}
            },
            new NameLookup(vertx, host -> InetAddress.getAllByName("127.0.0.1"), 60_000));
    vertx.getOrCreateContext().runOnContext(now -> session.start());
  }

  private BrokerAccess withCertificate(BrokerAddress address, Path ca, String client) {
    return new BrokerAccess(
        address,
        Optional.of(ca),
        Optional.of(certificates.certificate(client)),
        Optional.of(certificates.key(client)),
        Optional.empty(),
        Optional.empty());
  }

  private static BrokerAccess trusting(BrokerAddress address, Path ca) {
    return new BrokerAccess(
        address,
        Optional.of(ca),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }

  private void isLetIn() {
    await().atMost(Duration.ofSeconds(60)).untilTrue(connected);
  }

  /** Expects one line with the reason and the retry. */
  private void isRefused(String why) {
    await().atMost(Duration.ofSeconds(60)).until(() -> !said.lines().isEmpty());
    assertThat(said.lines().get(0)).contains(why).contains("trying again").doesNotContain("\n");
    assertThat(connected).isFalse();
  }

  @Test
  void certificatesOfBothSides() throws Exception {
    try (Mosquitto broker = broker("require_certificate true", "use_identity_as_username true")) {
      connect(withCertificate(broker.address(), certificates.ca(), "p1"));
      isLetIn();
    }
  }

  @Test
  void aClientWithoutACertificateIsRefused() throws Exception {
    try (Mosquitto broker = broker("require_certificate true")) {
      connect(trusting(broker.address(), certificates.ca()));
      isRefused("certificate_required");
    }
  }

  @Test
  void aBrokerOfAnotherAuthorityIsNotTrusted() throws Exception {
    Certificates others = new Certificates(directory.resolve("others"));
    try (Mosquitto broker = broker("allow_anonymous true")) {
      connect(trusting(broker.address(), others.ca()));
      isRefused(
          "127.0.0.1: the broker's certificate CN=localhost is signed by CN=ca, which is not among"
              + " the authorities of "
              + others.ca());
    }
  }

  @Test
  void aBrokerOfAnotherNameIsNotTrusted() throws Exception {
    try (Mosquitto broker = broker("allow_anonymous true")) {
      BrokerAddress byNumber = new BrokerAddress("127.0.0.1", broker.address().port(), true);
      connect(trusting(byNumber, certificates.ca()));
      isRefused("the broker's certificate is for localhost, not for 127.0.0.1");
    }
  }

  /** The certificate must match the host name; its address is not enough. */
  @ParameterizedTest
  @CsvSource({
    "broker.example, 'DNS:other.example,DNS:*.broker.example,IP:127.0.0.1'",
    "a.b.example, DNS:*.example",
    "broker.example, 'DNS:*.example,DNS:*'",
    "broker.example, IP:127.0.0.1",
    "127.0.0.1, 'DNS:127.0.0.1,IP:127.0.0.2'",
    "my_broker, DNS:my-broker"
  })
  void aNameThatTheCertificateDoesNotHave(String host, String names) throws Exception {
    issue(names, -HOUR, HOUR);
    try (Mosquitto broker = named(host, "b", "allow_anonymous true")) {
      connect(trusting(broker.address(), certificates.ca()));
      isRefused("the broker's certificate is for ");
      assertThat(said.lines().get(0)).contains(", not for " + host);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "broker.example, 'DNS:other.example,DNS:broker.example'",
    "BROKER.Example, DNS:broker.example",
    "broker.example, DNS:BROKER.example",
    "broker.example., DNS:broker.example",
    "a.broker.example, DNS:*.broker.example",
    "127.0.0.1, 'DNS:x,IP:127.0.0.1'",
    "my_broker, DNS:my_broker",
    "my_broker.example, 'DNS:*.example.com,DNS:my_broker.example'"
  })
  void aNameThatTheCertificateHas(String host, String names) throws Exception {
    issue(names, -HOUR, HOUR);
    try (Mosquitto broker = named(host, "b", "allow_anonymous true")) {
      connect(trusting(broker.address(), certificates.ca()));
      isLetIn();
    }
  }

  @Test
  void aCertificateThatIsNotValidYet() throws Exception {
    issue("DNS:" + NAME, HOUR, 2 * HOUR);
    try (Mosquitto broker = named(NAME, "b", "allow_anonymous true")) {
      connect(trusting(broker.address(), certificates.ca()));
      isRefused("the broker's certificate CN=b is not valid before " + now.plusSeconds(HOUR));
      assertThat(said.lines().get(0)).contains(", and this machine's clock says 20");
    }
  }

  @Test
  void aCertificateThatHasExpired() throws Exception {
    issue("DNS:" + NAME, -2 * HOUR, -HOUR);
    try (Mosquitto broker = named(NAME, "b", "allow_anonymous true")) {
      connect(trusting(broker.address(), certificates.ca()));
      isRefused("the broker's certificate CN=b has expired at " + now.minusSeconds(HOUR));
      assertThat(said.lines().get(0)).contains(", and this machine's clock says 20");
    }
  }

  private void issue(String names, long from, long until) throws Exception {
    certificates.issue("b", names, now.plusSeconds(from), now.plusSeconds(until));
  }

  @Test
  void aPasswordOutOfAFile() throws Exception {
    Path passwords = directory.resolve("passwords");
    // mosquitto creates the file itself, because its hashes are salted.
    try (Program tool =
        new Program(
            "mosquitto_passwd",
            Map.of(),
            "mosquitto_passwd",
            "-c",
            "-b",
            passwords.toString(),
            "u",
            "secret")) {
      assertThat(tool.awaitExit(Duration.ofSeconds(60))).isZero();
    }
    Path password = Secrets.write(directory.resolve("password"), "secret\n");
    try (Mosquitto broker = broker("allow_anonymous false", "password_file " + passwords)) {
      BrokerAccess access =
          new BrokerAccess(
              broker.address(),
              Optional.of(certificates.ca()),
              Optional.empty(),
              Optional.empty(),
              Optional.of("u"),
              Optional.of(password));
      Files.writeString(password, "wrong\n");
      connect(access);
      isRefused("refuses the connection: not authorized");
      // The file is read at each connection, so a corrected one works without a restart.
      Files.writeString(password, "secret\n");
      isLetIn();
    }
  }

  private static BrokerAccess withPassword(BrokerAddress address, Path password) {
    return new BrokerAccess(
        address,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.of("u"),
        Optional.of(password));
  }

  @Test
  void aSecretThatEveryUserMayReadIsRefusedWhenItIsNamedAndAtEachConnection() throws Exception {
    Set<PosixFilePermission> open = PosixFilePermissions.fromString("rw-r--r--");
    Path password = Secrets.write(directory.resolve("password"), "s3cret\n");
    try (Mosquitto broker = new Mosquitto(directory)) {
      BrokerAccess access = withPassword(broker.address(), password);
      Files.setPosixFilePermissions(password, open);
      connect(access);
      isRefused(password + " holds a secret, and every user may read or write it");
      assertThatIllegalArgumentException()
          .isThrownBy(() -> withPassword(broker.address(), password))
          .withMessageContaining(password + " holds a secret");
    }
    Files.setPosixFilePermissions(certificates.key("p1"), open);
    BrokerAddress tls = new BrokerAddress("localhost", 8883, true);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> withCertificate(tls, certificates.ca(), "p1"))
        .withMessageContaining(certificates.key("p1") + " holds a secret");
  }

  @Test
  void aPasswordGoesInTheClearToThisMachineOnly() throws Exception {
    Path password = Secrets.write(directory.resolve("password"), "s3cret\n");
    for (String here : List.of("localhost", "127.0.0.1", "[::1]")) {
      withPassword(new BrokerAddress(here, 1883), password).refusePlainPassword();
    }
    withPassword(new BrokerAddress("broker.example", 8883, true), password).refusePlainPassword();
    for (String there : List.of("broker.example", "127.example", "10.0.0.1", "[fe80::1]")) {
      assertThatIllegalArgumentException()
          .isThrownBy(
              () -> withPassword(new BrokerAddress(there, 1883), password).refusePlainPassword())
          .withMessageContaining("mqtts://" + there)
          .withMessageContaining("--allow-plain-password");
    }
  }

  @Test
  void whatDoesNotGoTogetherIsSaid() {
    BrokerAddress open = new BrokerAddress("localhost", 1883);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> trusting(open, certificates.ca()))
        .withMessageContaining("mqtts://localhost");
    BrokerAddress tls = new BrokerAddress("localhost", 8883, true);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> trusting(tls, directory.resolve("none.pem")))
        .withMessageContaining("none.pem cannot be read");
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                new BrokerAccess(
                    tls,
                    Optional.empty(),
                    Optional.of(certificates.certificate("p1")),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty()))
        .withMessageContaining("--broker-key");
  }
}
