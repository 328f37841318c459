// SPDX-License-Identifier: Apache-2.0
// Tokens, roles, TLS and rates, asked of a whole collector.
package org.hy300.collector.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import io.vertx.core.net.PemTrustOptions;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.cert.X509Certificate;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.hy300.collector.CollectorFixture;
import org.hy300.collector.http.HttpConfig;
import org.hy300.contract.CommandCatalogue;
import org.hy300.contract.CommandEntry;
import org.hy300.contract.Role;
import org.hy300.testing.Certificates;
import org.hy300.testing.LogLines;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(300)
class AccessTest extends CollectorFixture {
  private static final String AUTHORIZATION = "Authorization";
  private final Map<Role, String> tokens = new HashMap<>();
  private Path file;
  private Certificates certificates;
  private HttpClient client;
  private int requestsPerSecond = 10;

  @Override
  protected HttpConfig httpConfig() throws Exception {
    if (client == null) {
      admitAll();
    }
    return new HttpConfig(
        "localhost",
        0,
        Optional.of(certificates.certificate("localhost")),
        Optional.of(certificates.key("localhost")),
        Optional.of(file),
        false,
        requestsPerSecond);
  }

  private void admitAll() throws Exception {
    file = directory.resolve("tokens");
    for (Role role : Role.values()) {
      tokens.put(role, Tokens.make(file, "a-" + role.word(), role.word(), Optional.empty()));
    }
    certificates = new Certificates(directory.resolve("certificates"));
    certificates.issue("localhost");
    Vertx vertx = Vertx.vertx();
    TrustManagerFactory trust =
        new PemTrustOptions()
            .addCertPath(certificates.ca().toString())
            .getTrustManagerFactory(vertx);
    vertx.close().toCompletionStage().toCompletableFuture().get();
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, trust.getTrustManagers(), null);
    client = HttpClient.newBuilder().sslContext(context).build();
  }

  private HttpResponse<String> ask(String method, String path, String token) throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(url + path))
            .method(method, HttpRequest.BodyPublishers.ofString("{}"));
    if (token != null) {
      request.header(AUTHORIZATION, "Bearer " + token);
    }
    return client.send(
        request.build(),
        answer ->
            answer.headers().firstValue("Content-Type").orElse("").equals("text/event-stream")
                ? HttpResponse.BodySubscribers.mapping(
                    HttpResponse.BodySubscribers.ofInputStream(), AccessTest::leave)
                : HttpResponse.BodySubscribers.ofString(StandardCharsets.UTF_8));
  }

  /** A stream goes on without end. */
  private static String leave(InputStream stream) {
    try (stream) {
      return "";
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void whoAsksIsToldWhatHeMayDo() throws Exception {
    for (Role role : Role.values()) {
      assertThat(json(ask("GET", "/api/v1/me", tokens.get(role))))
          .isEqualTo(
              new JsonObject()
                  .put("name", "a-" + role.word())
                  .put("role", role.word())
                  .put("tokens", true));
    }
  }

  @Test
  void eachRouteIsForItsRoleAndThoseAbove() throws Exception {
    Pattern line = Pattern.compile("([A-Z]+) +(/\\S*) ?(\\w*)");
    List<String> index = ask("GET", "/api", null).body().lines().skip(1).toList();
    assertThat(index).hasSizeGreaterThan(10);
    for (String each : index) {
      Matcher route = line.matcher(each);
      assertThat(route.matches()).as(each).isTrue();
      String path = route.group(2).replaceAll("\\{\\w+}", "x");
      if (route.group(3).isEmpty()) {
        assertThat(ask(route.group(1), path, null).statusCode()).as(each).isNotIn(401, 403);
        continue;
      }
      Role needed = Role.of(route.group(3)).orElseThrow();
      HttpResponse<String> without = ask(route.group(1), path, null);
      assertThat(without.statusCode()).as(each).isEqualTo(401);
      assertThat(without.headers().firstValue("WWW-Authenticate")).isPresent();
      for (Role role : Role.values()) {
        int status = ask(route.group(1), path, tokens.get(role)).statusCode();
        if (role.includes(needed)) {
          assertThat(status).as(each).isNotIn(401, 403);
        } else {
          assertThat(status).as(each).isEqualTo(403);
        }
      }
    }
  }

  @Test
  void eachCommandIsForTheRoleThatTheCatalogueSays() throws Exception {
    for (CommandEntry command : CommandCatalogue.COMMANDS) {
      for (Role role : List.of(Role.OPERATE, Role.ADMIN)) {
        int status =
            ask(
                    "POST",
                    "/api/v1/commands",
                    tokens.get(role),
                    "{\"command\":\"%s\",\"select\":\"all\"}".formatted(command.name()))
                .statusCode();
        assertThat(status == 403)
            .as("%s by %s: %d", command.name(), role, status)
            .isEqualTo(!role.includes(command.role()));
      }
    }
  }

  @Test
  void whatChangesADeviceNeedsAnAdmin() throws Exception {
    assertThat(
            ask(
                    "POST",
                    "/api/v1/commands",
                    tokens.get(Role.OPERATE),
                    "{\"command\":\"mips/restart\",\"select\":\"all\"}")
                .statusCode())
        .isEqualTo(403);
    assertThat(
            ask(
                    "POST",
                    "/api/v1/commands",
                    tokens.get(Role.ADMIN),
                    "{\"command\":\"mips/restart\",\"select\":\"all\"}")
                .statusCode())
        .isNotEqualTo(403);
  }

  @Test
  void whatIsRefusedForWantOfARoleIsAudited() throws Exception {
    String command = "{\"command\":\"mips/restart\",\"select\":\"all\"}";
    ask("PUT", "/api/v1/devices/p1/settings", tokens.get(Role.READ), "{}");
    ask("POST", "/api/v1/commands", tokens.get(Role.OPERATE), command);
    await()
        .atMost(LIMIT)
        .untilAsserted(
            () -> {
              List<JsonObject> refusals =
                  Files.readAllLines(directory.resolve("data/audit.jsonl")).stream()
                      .map(JsonObject::new)
                      .filter(line -> "refusal".equals(line.getString("what")))
                      .toList();
              assertThat(refusals).hasSize(2);
              assertThat(refusals.get(0).getMap())
                  .containsEntry("by", "a-read")
                  .containsEntry("method", "PUT")
                  .containsEntry("path", "/api/v1/devices/p1/settings")
                  .containsEntry("error", "forbidden");
              assertThat(refusals.get(1).getMap())
                  .containsEntry("by", "a-operate")
                  .containsEntry("command", "mips/restart");
            });
  }

  private HttpResponse<String> ask(String method, String path, String token, String body)
      throws Exception {
    return client.send(
        HttpRequest.newBuilder(URI.create(url + path))
            .header(AUTHORIZATION, "Bearer " + token)
            .method(method, HttpRequest.BodyPublishers.ofString(body))
            .build(),
        HttpResponse.BodyHandlers.ofString());
  }

  @Test
  void manyWrongTokensAreAnsweredWithPatience() throws Exception {
    HttpResponse<String> last = null;
    for (int i = 0; i < 15; i++) {
      last = ask("GET", "/metrics", "hy300_wrong" + i);
    }
    assertThat(last.statusCode()).isEqualTo(429);
    assertThat(last.headers().firstValueAsLong("Retry-After")).hasValue(5);
    // Who has a right one is not shut out by others behind the same address.
    assertThat(ask("GET", "/metrics", tokens.get(Role.READ)).statusCode()).isEqualTo(200);
    assertThat(ask("GET", "/internal/metrics", tokens.get(Role.READ)).body())
        .contains("hy300_collector_http_refusals_total{reason=\"wrong_token\"} 15.0");
  }

  @Test
  void oneTokenMayAskOnlySoOften() throws Exception {
    requestsPerSecond = 1;
    stopCollector();
    startCollector();
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(url + "/api/v1/devices"))
            .header(AUTHORIZATION, "Bearer " + tokens.get(Role.READ))
            .build();
    // All at once: four are let through, and one each second that the machine takes for them.
    List<CompletableFuture<HttpResponse<Void>>> answers =
        Stream.generate(() -> client.sendAsync(request, HttpResponse.BodyHandlers.discarding()))
            .limit(90)
            .toList();
    Set<Integer> statuses = new HashSet<>();
    for (CompletableFuture<HttpResponse<Void>> answer : answers) {
      statuses.add(answer.get(60, TimeUnit.SECONDS).statusCode());
    }
    assertThat(statuses).containsExactlyInAnyOrder(200, 429);
    assertThat(ask("GET", "/api/v1/devices", tokens.get(Role.ADMIN)).statusCode()).isEqualTo(200);
  }

  private void awaitStatus(int status, String path, String token) {
    await()
        .atMost(LIMIT)
        .untilAsserted(() -> assertThat(ask("GET", path, token).statusCode()).isEqualTo(status));
  }

  @Test
  void aTokenIsGoneWithItsLineWhateverElseTheFileHolds() throws Exception {
    String fresh = Tokens.make(file, "fresh", "read", Optional.empty());
    awaitStatus(200, "/metrics", fresh);
    assertThat(Files.readString(file)).doesNotContain(fresh);
    String others =
        Files.readString(file)
            .lines()
            .filter(line -> !line.startsWith("fresh "))
            .collect(Collectors.joining("\n"));
    try (LogLines said = new LogLines(Gate.class)) {
      Files.writeString(file, "nonsense\n" + others);
      awaitStatus(401, "/metrics", fresh);
      assertThat(said.lines())
          .filteredOn(line -> line.endsWith("; 3 other tokens count"))
          .singleElement()
          .asString()
          .contains(file + " line 1 is not made of");
    }
    HttpResponse<String> page = ask("GET", "/internal/metrics", tokens.get(Role.READ));
    assertThat(page.statusCode()).isEqualTo(200);
    assertThat(page.body()).contains("hy300_collector_token_file_problems 1.0");
    assertThat(new JsonObject(ask("GET", "/readyz", null).body()).getJsonObject("checks"))
        .contains(Map.entry("tokens_sound", false));
    Files.writeString(file, others);
    await()
        .atMost(LIMIT)
        .untilAsserted(
            () -> assertThat(ask("GET", "/readyz", null).body()).contains("\"tokens_sound\":true"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"deleted", "emptied", "open"})
  void aTokenFileThatIsNoneLetsNobodyIn(String how) throws Exception {
    awaitStatus(200, "/metrics", tokens.get(Role.ADMIN));
    try (LogLines said = new LogLines(Gate.class)) {
      switch (how) {
        case "deleted" -> Files.delete(file);
        case "emptied" -> Files.writeString(file, "");
        default ->
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-rw-rw-"));
      }
      awaitStatus(401, "/metrics", tokens.get(Role.ADMIN));
      assertThat(said.lines())
          .filteredOn(line -> line.endsWith("nobody is let in until that is mended"))
          .singleElement()
          .asString()
          .contains(file.toString());
    }
    assertThat(ask("GET", "/readyz", null).body()).contains("\"tokens_sound\":false");
  }

  @Test
  void aRenewedCertificateIsServedWithoutARestart() throws Exception {
    BigInteger first = served();
    certificates.issue("localhost");
    await().atMost(LIMIT).untilAsserted(() -> assertThat(served()).isNotEqualTo(first));
  }

  /** The serial number of the certificate that a new connection is shown. */
  private BigInteger served() throws Exception {
    HttpClient fresh = HttpClient.newBuilder().sslContext(client.sslContext()).build();
    HttpResponse<Void> response =
        fresh.send(
            HttpRequest.newBuilder(URI.create(url + "/healthz")).build(),
            HttpResponse.BodyHandlers.discarding());
    return ((X509Certificate) response.sslSession().orElseThrow().getPeerCertificates()[0])
        .getSerialNumber();
  }

  @Test
  void onlySuitesThatKnowWhatWasChangedAreSpoken() throws Exception {
    BigInteger first = served();
    certificates.issue("localhost");
    // What is served later is served no worse.
    await().atMost(LIMIT).untilAsserted(() -> assertThat(served()).isNotEqualTo(first));
    for (String suite : List.of("AES_128_CBC_SHA256", "AES_256_CBC_SHA", "AES_128_CBC_SHA")) {
      assertThatThrownBy(() -> shake(suite)).as(suite).isInstanceOf(SSLHandshakeException.class);
    }
    shake("AES_128_GCM_SHA256");
  }

  private void shake(String suite) throws Exception {
    try (SSLSocket socket =
        (SSLSocket)
            client
                .sslContext()
                .getSocketFactory()
                .createSocket("localhost", URI.create(url).getPort())) {
      socket.setEnabledProtocols(new String[] {"TLSv1.2"});
      socket.setEnabledCipherSuites(
          new String[] {"TLS_ECDHE_ECDSA_WITH_" + suite, "TLS_ECDHE_RSA_WITH_" + suite});
      socket.startHandshake();
    }
  }

  @Test
  void everyAnswerUnderTlsKeepsABrowserThere() throws Exception {
    for (String path : List.of("/", "/metrics", "/nothing", "/metrics?shard=x")) {
      assertThat(ask("GET", path, null).headers().firstValue("Strict-Transport-Security"))
          .as(path)
          .contains("max-age=31536000");
    }
  }

  @Test
  void nobodySpeaksToItInTheClearNorToAnother() {
    assertThatThrownBy(() -> get("/healthz")).hasRootCauseInstanceOf(Exception.class);
    assertThatThrownBy(
            () ->
                client.send(
                    HttpRequest.newBuilder(
                            URI.create(url.replace("localhost", "127.0.0.1") + "/healthz"))
                        .build(),
                    HttpResponse.BodyHandlers.ofString()))
        .isInstanceOf(SSLHandshakeException.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"0.0.0.0", "::", "192.0.2.1"})
  void nothingListensBeyondThisMachineWithoutTlsAndTokens(String host) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> config(host, false, Optional.of(file)))
        .withMessageContaining("--allow-insecure");
    Optional<Path> certificate = Optional.of(certificates.certificate("localhost"));
    Optional<Path> key = Optional.of(certificates.key("localhost"));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new HttpConfig(host, 0, certificate, key, Optional.empty(), false, 1))
        .withMessageContaining("--http-tokens");
    assertThat(new HttpConfig(host, 0, certificate, key, Optional.of(file), false, 1)).isNotNull();
    assertThat(config(host, true, Optional.empty())).isNotNull();
  }

  private static HttpConfig config(String host, boolean insecure, Optional<Path> tokens) {
    return new HttpConfig(host, 0, Optional.empty(), Optional.empty(), tokens, insecure, 1);
  }
}
