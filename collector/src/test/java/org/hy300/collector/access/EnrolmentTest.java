// SPDX-License-Identifier: Apache-2.0
// hy300-pki and a real mosquitto: whose certificate lets in, and whose does not.
package org.hy300.collector.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import io.vertx.mqtt.MqttClientOptions;
import io.vertx.mqtt.MqttClientWillOptions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import org.hy300.testing.Certificates;
import org.hy300.testing.EnrolledBroker;
import org.hy300.testing.MqttProbe;
import org.hy300.testing.Program;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(300)
class EnrolmentTest {
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final String STATUS = "hy300/v1/p2/status";

  /** A certificate with its key. */
  private record Identity(Path certificate, Path key) {}

  @TempDir private Path directory;
  private EnrolledBroker broker;

  @BeforeEach
  void start() throws Exception {
    broker = new EnrolledBroker(Path.of(".."), directory.resolve("broker"));
    broker.issue("device", "p1");
    broker.issue("device", "p2");
  }

  @AfterEach
  void stop() {
    broker.close();
  }

  private Identity projector(String name) {
    return new Identity(broker.certificate(name), broker.key(name));
  }

  /** What a thief has copied. */
  private Identity copy(String name, String to) throws Exception {
    Identity present = projector(name);
    return new Identity(
        Files.copy(present.certificate(), directory.resolve(to + ".pem")),
        Files.copy(present.key(), directory.resolve(to + ".key")));
  }

  private MqttProbe connect(Identity identity) {
    return new MqttProbe(
        broker.forDevices(), broker.client(identity.certificate(), identity.key()));
  }

  private void isLetIn(Identity identity) {
    connect(identity).close();
  }

  private void isRefused(Identity identity) {
    assertThatThrownBy(() -> connect(identity).close())
        .as(identity.toString())
        .isInstanceOf(IllegalStateException.class)
        .rootCause()
        .isNotInstanceOf(TimeoutException.class);
  }

  private String pki(int status, String... words) throws Exception {
    try (Program program = broker.hy300Pki(words)) {
      assertThat(program.awaitExit(LIMIT)).as(String.join(" ", words)).isEqualTo(status);
      return String.join("\n", program.lines());
    }
  }

  private static int openssl(String... words) throws Exception {
    String[] command = new String[words.length + 1];
    command[0] = "openssl";
    System.arraycopy(words, 0, command, 1, words.length);
    try (Program openssl = new Program("openssl", Map.of(), command)) {
      return openssl.awaitExit(LIMIT);
    }
  }

  private static String status(String state) {
    return new JsonObject()
        .put("state", state)
        .put("session", "s1")
        .put("time", "2026-11-21T04:00:00Z")
        .encode();
  }

  @Test
  void aBrokerThatEndedInOrderKnowsTheProjectorsAndThatTheyAreOffline() throws Exception {
    isOnline();
    broker.restart();
    assertThat(statusOfP2()).contains("offline");
  }

  @Test
  void aBrokerThatCrashedDoesNotSayThatAProjectorIsOnline() throws Exception {
    isOnline();
    broker.crash();
    assertThat(statusOfP2()).isEmpty();
  }

  /** A projector with a Will, until the broker is gone. */
  private void isOnline() throws Exception {
    Identity p2 = projector("p2");
    MqttClientOptions options = broker.client(p2.certificate(), p2.key());
    options.setWillOptions(
        new MqttClientWillOptions()
            .setRetain(true)
            .setQos(1)
            .setTopic(STATUS)
            .setMessageBytes(Buffer.buffer(status("offline"))));
    MqttProbe projector = new MqttProbe(broker.forDevices(), options);
    projector.publish(STATUS, Buffer.buffer(status("online")), true);
  }

  /** What the broker has retained. */
  private Optional<String> statusOfP2() throws Exception {
    try (MqttProbe asking = connect(projector("p2")).subscribe(STATUS)) {
      asking.publish(STATUS, new JsonObject().put("state", "last").encode());
      asking.await(STATUS, heard -> heard.getString("state").equals("last"));
      return asking.heard(STATUS).stream()
          .map(heard -> heard.json().getString("state"))
          .filter(state -> !state.equals("last"))
          .findFirst();
    }
  }

  @Test
  void aLostProjectorIsRefusedWithAllItsCertificatesAndTheOthersStay() throws Exception {
    Identity before = copy("p1", "before");
    broker.issue("renew", "p1");
    Identity renewed = copy("p1", "renewed");
    isLetIn(before);
    isLetIn(renewed);
    broker.issue("revoke", "p1");
    broker.takeRevocations();
    broker.restart();
    isRefused(before);
    isRefused(renewed);
    isLetIn(projector("p2"));
    assertThat(pki(0, "list").lines().filter(line -> line.startsWith("p1 ")))
        .hasSize(2)
        .allMatch(line -> line.contains(" revoked "));
    broker.issue("device", "p1");
    isLetIn(projector("p1"));
    isRefused(renewed);
  }

  @Test
  void aReloadIsEnoughForWhoComesAgainAndSpares() throws Exception {
    try (MqttProbe other = connect(projector("p2")).subscribe("hy300/v1/p2/status")) {
      broker.issue("revoke", "p1");
      broker.takeRevocations();
      broker.reload();
      isRefused(projector("p1"));
      other.publish("hy300/v1/p2/status", "{}");
      other.await("hy300/v1/p2/status", any -> true);
    }
  }

  @Test
  void aReloadIsEnoughForTheBrokersNewCertificate() throws Exception {
    assertThat(shown()).containsAll(brokersCertificate());
    List<String> before = brokersCertificate();
    broker.issue("renew", "localhost");
    broker.takeCertificate();
    broker.reload();
    assertThat(brokersCertificate()).isNotEqualTo(before);
    assertThat(shown()).containsAll(brokersCertificate());
    isLetIn(projector("p1"));
  }

  private List<String> brokersCertificate() throws Exception {
    return Files.readAllLines(broker.files().resolve("broker.pem"));
  }

  /** What the broker says to who connects. */
  private List<String> shown() throws Exception {
    String ask = "openssl s_client -connect localhost:" + broker.forPeople().port() + " </dev/null";
    try (Program client = new Program("openssl", Map.of(), "sh", "-c", ask)) {
      client.awaitExit(LIMIT);
      return client.lines();
    }
  }

  @Test
  void aForeignAnExpiredAndAServersCertificateAreRefused() throws Exception {
    Certificates foreign = new Certificates(directory.resolve("foreign"));
    foreign.issue("p2");
    isRefused(new Identity(foreign.certificate("p2"), foreign.key("p2")));

    Path files = broker.files();
    isRefused(new Identity(files.resolve("broker.pem"), files.resolve("broker.key")));

    Identity expired = new Identity(directory.resolve("old.pem"), broker.key("p2"));
    String request = directory.resolve("old.csr").toString();
    openssl("req", "-new", "-key", broker.key("p2").toString(), "-subj", "/CN=p2", "-out", request);
    String ca = broker.ca().toString();
    String caKey = broker.pki().resolve("ca.key").toString();
    String old = expired.certificate().toString();
    openssl("x509", "-req", "-in", request, "-CA", ca, "-CAkey", caKey, "-days", "-1", "-out", old);
    isRefused(expired);
    // It was nothing else that was wrong with it.
    openssl("x509", "-req", "-in", request, "-CA", ca, "-CAkey", caKey, "-days", "1", "-out", old);
    isLetIn(expired);
  }

  @Test
  void aProjectorsCertificateIsNoServers() throws Exception {
    String ca = broker.ca().toString();
    String certificate = broker.certificate("p1").toString();
    assertThat(openssl("verify", "-CAfile", ca, "-purpose", "sslclient", certificate)).isZero();
    assertThat(openssl("verify", "-CAfile", ca, "-purpose", "sslserver", certificate)).isNotZero();
  }

  @Test
  void noProjectorIsCalledAsNoneMay() throws Exception {
    for (String name :
        List.of(
            "fleet",
            "hy300-collector",
            "hy300-read",
            "hy300-operator",
            "hy300-admin",
            "homeassistant",
            "",
            ".p",
            "-p",
            "--help",
            "a/b",
            "../ca",
            "a+",
            "#",
            "a b",
            "p\n1",
            "x".repeat(65))) {
      assertThat(pki(2, "device", name)).startsWith("hy300-pki: ").contains("--help");
    }
    assertThat(pki(2, "renew", "../ca")).hasLineCount(1);
    for (String name : List.of("_p", "A.b_c-0", "x".repeat(64))) {
      pki(0, "device", name);
    }
  }

  @Test
  void theListOfRevokedOnesIsNumbered() throws Exception {
    String list = broker.pki().resolve("crl.pem").toString();
    assertThat(said("openssl", "crl", "-in", list, "-noout", "-text"))
        .anyMatch(line -> line.strip().equals("Version 2 (0x1)"));
    List<String> before = said("openssl", "crl", "-in", list, "-noout", "-crlnumber");
    pki(0, "crl");
    assertThat(said("openssl", "crl", "-in", list, "-noout", "-crlnumber")).isNotEqualTo(before);
    // An authority of version 0.1 goes on.
    Files.delete(broker.pki().resolve("crlnumber"));
    pki(0, "revoke", "p1");
  }

  private static List<String> said(String... command) throws Exception {
    try (Program program = new Program(command[0], Map.of(), command)) {
      assertThat(program.awaitExit(LIMIT)).isZero();
      return program.lines();
    }
  }

  @Test
  void theAuthoritysKeyIsEncryptedWhenThereIsAPassphrase() throws Exception {
    Path passphrase = Files.writeString(directory.resolve("passphrase"), "correct horse\n");
    Path pki = directory.resolve("locked");
    Map<String, String> open =
        Map.of("HY300_PKI", pki.toString(), "HY300_PKI_PASSPHRASE_FILE", passphrase.toString());
    Map<String, String> locked = Map.of("HY300_PKI", pki.toString());
    assertThat(pki(0, open, "init")).contains("authority: ");
    assertThat(Files.readString(pki.resolve("ca.key"))).contains("ENCRYPTED");
    pki(0, open, "device", "p9");
    assertThat(Files.readString(pki.resolve("issued/p9.key"))).doesNotContain("ENCRYPTED");
    assertThat(pki(1, locked, "revoke", "p9"))
        .contains("ca.key is encrypted: set HY300_PKI_PASSPHRASE_FILE")
        .hasLineCount(1);
    Files.writeString(passphrase, "wrong\n");
    assertThat(pki(1, open, "revoke", "p9")).hasLineCount(1);
    Files.delete(passphrase);
    assertThat(pki(1, open, "revoke", "p9")).contains("cannot read a passphrase").hasLineCount(1);
  }

  private static String pki(int status, Map<String, String> environment, String... words)
      throws Exception {
    List<String> command = new ArrayList<>(List.of("../deploy/mosquitto/hy300-pki"));
    command.addAll(List.of(words));
    try (Program program = new Program("hy300-pki", environment, command.toArray(String[]::new))) {
      assertThat(program.awaitExit(LIMIT)).as(String.join(" ", words)).isEqualTo(status);
      return String.join("\n", program.lines());
    }
  }

  @Test
  void nothingIsOverwrittenByMistakeAndTheReasonIsOneLine() throws Exception {
    byte[] key = Files.readAllBytes(broker.pki().resolve("ca.key"));
    assertThat(pki(1, "init")).contains("there is an authority in").hasLineCount(1);
    assertThat(Files.readAllBytes(broker.pki().resolve("ca.key"))).isEqualTo(key);
    assertThat(pki(1, "device", "p1")).contains("renew p1").hasLineCount(1);
    assertThat(pki(1, "renew", "p3")).contains("no certificate").hasLineCount(1);
    assertThat(pki(1, "revoke", "p3")).contains("no certificate").hasLineCount(1);
    assertThat(pki(1, "revoke", "localhost")).contains("a new authority").hasLineCount(1);
    assertThat(pki(2, "nonsense")).contains("--help").hasLineCount(1);
    assertThat(pki(0, "--help")).contains("revoke NAME");
    Files.delete(broker.ca());
    assertThat(pki(1, "device", "p3")).contains("openssl ca").hasLineCount(1);
    assertThat(broker.pki().resolve("issued/p3.key")).doesNotExist();
  }

  @Test
  void theAuthoritysKeyIsItsOwnersAlone() throws Exception {
    for (String secret : List.of("ca.key", "issued/p1.key", "issued/localhost.key")) {
      assertThat(Files.getPosixFilePermissions(broker.pki().resolve(secret)))
          .as(secret)
          .hasSize(2)
          .allMatch(permission -> permission.name().startsWith("OWNER_"));
    }
  }
}
