// SPDX-License-Identifier: Apache-2.0
// openapi.yaml and the collector say the same: every path on both sides, every answer as described.
package org.hy300.collector.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.json.schema.Draft;
import io.vertx.json.schema.JsonSchema;
import io.vertx.json.schema.JsonSchemaOptions;
import io.vertx.json.schema.OutputUnit;
import io.vertx.json.schema.Validator;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.hy300.collector.CollectorFixture;
import org.hy300.collector.LiveEvents;
import org.hy300.collector.PlayedDevice;
import org.hy300.contract.CommandCatalogue;
import org.hy300.contract.CommandEntry;
import org.hy300.contract.CommandSchemas;
import org.hy300.contract.EventMessage;
import org.hy300.contract.ReplyMessage.Status;
import org.hy300.contract.StateMessage;
import org.hy300.contract.Topics;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

@Timeout(300)
class OpenApiTest extends CollectorFixture {
  private static final Set<String> METHODS = Set.of("get", "put", "post", "delete", "patch");

  private final Vertx vertx = Vertx.vertx();
  private final Topics topics = Topics.standard();
  private final Map<String, String> roles = new TreeMap<>();
  private final Set<String> seen = new TreeSet<>();
  private JsonObject document;
  private PlayedDevice device;

  @AfterEach
  void close() throws Exception {
    if (device != null) {
      device.close().toCompletionStage().toCompletableFuture().get(60, TimeUnit.SECONDS);
    }
    vertx.close().toCompletionStage().toCompletableFuture().get(60, TimeUnit.SECONDS);
  }

  @SuppressWarnings("unchecked")
  private void read() throws Exception {
    String yaml = get("/openapi.yaml").body();
    document =
        new JsonObject(
            (Map<String, Object>) new Load(LoadSettings.builder().build()).loadFromString(yaml));
    for (String path : document.getJsonObject("paths").fieldNames()) {
      JsonObject item = document.getJsonObject("paths").getJsonObject(path);
      for (String method : item.fieldNames()) {
        if (METHODS.contains(method)) {
          JsonObject operation = item.getJsonObject(method);
          boolean open = operation.containsKey("security");
          String role = operation.getString("x-role", "");
          assertThat(role.isEmpty()).as("%s needs a role or none", path).isEqualTo(open);
          roles.put(method.toUpperCase(java.util.Locale.ROOT) + " " + path, role);
        }
      }
    }
  }

  @Test
  void theDocumentNamesEveryRouteAndNoOther() throws Exception {
    read();
    Map<String, String> routes = new TreeMap<>();
    Pattern line = Pattern.compile("([A-Z]+) +(/\\S*) ?(\\w*)");
    get("/api")
        .body()
        .lines()
        .skip(1)
        .map(line::matcher)
        .filter(java.util.regex.Matcher::matches)
        .forEach(m -> routes.put(m.group(1) + " " + m.group(2), m.group(3)));
    assertThat(routes).isEqualTo(roles);
  }

  @Test
  void eachCommandIsDescribedAsTheCatalogueHasIt() throws Exception {
    read();
    JsonObject schemas = document.getJsonObject("components").getJsonObject("schemas");
    Set<String> args = new TreeSet<>();
    JsonArray names = new JsonArray();
    for (CommandEntry command : CommandCatalogue.COMMANDS) {
      String schema = "args-" + command.subsystem() + "-" + command.action();
      args.add(schema);
      names.add(command.name());
      assertThat(schemas.getJsonObject(schema)).isEqualTo(CommandSchemas.args(command));
    }
    assertThat(schemas.fieldNames().stream().filter(name -> name.startsWith("args-")))
        .containsExactlyInAnyOrderElementsOf(args);
    assertThat(schemas.getJsonObject("CommandName").getJsonArray("enum")).isEqualTo(names);
    assertThat(schemas.getJsonObject("Timeout").getInteger("maximum"))
        .isEqualTo(CommandCatalogue.MAX_TIMEOUT_SECONDS);
    assertThat(json(get("/api/v1/catalogue"))).isEqualTo(CommandSchemas.catalogue());
  }

  private void connect() throws Exception {
    device = new PlayedDevice(broker.address(), "p1", "berlin", 1);
    device.connect(vertx).toCompletionStage().toCompletableFuture().get(60, TimeUnit.SECONDS);
    awaitOnline(1);
    device.publish(
        topics.state("p1", "motor"),
        new StateMessage("p1-1", 1, Instant.now(), Map.of("hy300_motor_homed", 1)).toBuffer(),
        true);
    device.publish(
        topics.event("p1", "motor"),
        new EventMessage("e1", 1, Instant.now(), "homed", new JsonObject()).toBuffer(),
        false);
    device.publish(
        topics.snapshot("p1"), Buffer.buffer(new byte[] {(byte) 0xff, (byte) 0xd8, 1, 2}), false);
    Awaitility.await("all is there")
        .atMost(LIMIT)
        .pollInterval(Duration.ofMillis(20))
        .until(
            () ->
                get("/api/v1/devices/p1/snapshot").statusCode() == 200
                    && get("/api/v1/devices/p1/events").body().contains("homed")
                    && get("/api/v1/devices/p1").body().contains("hy300_motor_homed"));
  }

  /** Asks, and holds the answer against the document. */
  private HttpResponse<String> check(String method, String path, String template, String body)
      throws Exception {
    HttpResponse<String> response = soon(ask(method, path, body));
    JsonObject operation =
        document
            .getJsonObject("paths")
            .getJsonObject(template)
            .getJsonObject(method.toLowerCase(java.util.Locale.ROOT));
    JsonObject responses = operation.getJsonObject("responses");
    String status = Integer.toString(response.statusCode());
    String which = responses.containsKey(status) ? status : "default";
    assertThat(responses.fieldNames())
        .as("%s %s: %s", method, path, response.body())
        .contains(which);
    seen.add(method + " " + template + " " + which);
    JsonObject described = resolve(responses.getJsonObject(which));
    String type = response.headers().firstValue("Content-Type").orElse("").replaceAll(";.*", "");
    assertThat(described.getJsonObject("content").fieldNames()).contains(type);
    if (type.equals("application/json")) {
      conforms(
          described.getJsonObject("content").getJsonObject(type).getJsonObject("schema"),
          response.body().startsWith("[") ? new JsonArray(response.body()) : json(response),
          method + " " + path + " " + status);
    }
    return response;
  }

  private JsonObject resolve(JsonObject maybe) {
    if (!maybe.containsKey("$ref")) {
      return maybe;
    }
    JsonObject at = document;
    for (String step : maybe.getString("$ref").substring(2).split("/", -1)) {
      at = at.getJsonObject(step);
    }
    return at;
  }

  private void conforms(JsonObject schema, Object body, String what) {
    JsonObject whole =
        schema
            .copy()
            .put(
                "components",
                new JsonObject()
                    .put("schemas", document.getJsonObject("components").getJsonObject("schemas")));
    OutputUnit result =
        Validator.create(
                JsonSchema.of(whole),
                new JsonSchemaOptions()
                    .setDraft(Draft.DRAFT202012)
                    .setBaseUri("https://hy300.invalid/"))
            .validate(body);
    assertThat(result.getValid())
        .as("%s: %s is not as described: %s", what, body, result.toJson())
        .isTrue();
  }

  @Test
  void everyAnswerIsAsDescribed() throws Exception {
    read();
    String one = "/api/v1/devices/{device}";
    String move = one + "/commands/{subsystem}/{action}";
    String p1 = "/api/v1/devices/p1";
    String step = p1 + "/commands/motor/step";
    String args = "{\"args\":{\"steps\":1},\"timeout_seconds\":%d}";
    connect();
    for (String path : Set.of("/", "/api", "/openapi.yaml", "/healthz", "/readyz")) {
      check("GET", path, path, null);
    }
    check("GET", "/page/app.js", "/page/{file}", null);
    check("GET", "/page/none.js", "/page/{file}", null);
    check("GET", "/docs/index", "/docs/{page}", null);
    check("GET", "/docs/none", "/docs/{page}", null);
    check("GET", "/docs/runbooks/DeviceDown", "/docs/{part}/{page}", null);
    check("GET", "/docs/runbooks/None", "/docs/{part}/{page}", null);
    check("GET", "/api/v1/me", "/api/v1/me", null);
    check("GET", "/api/v1/catalogue", "/api/v1/catalogue", null);
    check("GET", "/metrics", "/metrics", null);
    check("GET", "/metrics?shard=0/4", "/metrics", null);
    check("GET", "/metrics/p1", "/metrics/{device}", null);
    check("GET", "/metrics/nobody", "/metrics/{device}", null);
    check("GET", "/sd", "/sd", null);
    check("GET", "/sd?shard=x", "/sd", null);
    check("GET", "/internal/metrics", "/internal/metrics", null);
    check("GET", "/api/v1/devices", "/api/v1/devices", null);
    check("GET", "/api/v1/devices?online=perhaps", "/api/v1/devices", null);
    for (String part : Set.of("", "/events", "/snapshot", "/settings")) {
      check("GET", p1 + part, one + part, null);
      check("GET", "/api/v1/devices/nobody" + part, one + part, null);
    }
    check("PUT", p1 + "/settings", one + "/settings", "{\"expect_signal\":true}");
    check("PUT", p1 + "/settings", one + "/settings", "{\"expect_signal\":null}");
    check("PUT", p1 + "/settings", one + "/settings", "{\"expect\":1}");

    assertThat(check("POST", step, move, args.formatted(20)).statusCode()).isEqualTo(200);
    HttpResponse<String> taken = check("POST", step + "?async=true", move, args.formatted(20));
    assertThat(taken.statusCode()).isEqualTo(202);
    check(
        "GET", taken.headers().firstValue("Location").orElseThrow(), "/api/v1/commands/{id}", null);
    check("GET", "/api/v1/commands/none", "/api/v1/commands/{id}", null);
    check("POST", step, move, "{\"args\":{\"steps\":\"x\"}}");
    check("POST", step, move, "{");
    device.ends(Status.CANCELLED);
    check("POST", step, move, args.formatted(20));
    device.ends(Status.FAILED);
    check("POST", step, move, args.formatted(20));
    device.ends(Status.REJECTED);
    check("POST", step, move, args.formatted(20));
    device.ends(Status.DONE);
    check("POST", step, move, "{\"args\":{\"steps\":1},\"id\":\"same\"}");
    check("POST", step, move, "{\"args\":{\"steps\":2},\"id\":\"same\"}");
    String several = "/api/v1/commands";
    check("POST", several, several, "{\"command\":\"motor/stop\",\"select\":\"all\"}");
    check("POST", several, several, "{\"command\":\"motor/step\",\"select\":\"all\"}");
    check("POST", several, several, "{\"command\":\"motor/stop\",\"select\":{\"site\":\"rome\"}}");
    check("POST", several, several, "{\"command\":\"motor/stop\"}");
    check(
        "POST",
        several + "?async=true",
        several,
        "{\"command\":\"motor/stop\",\"select\":\"all\"}");
    device.takes(60_000);
    assertThat(check("POST", step, move, args.formatted(1)).statusCode()).isEqualTo(504);
    broker.kill();
    Awaitility.await("not ready").atMost(LIMIT).until(() -> get("/readyz").statusCode() == 503);
    check("GET", "/readyz", "/readyz", null);
    broker.start();

    Set<String> described = new TreeSet<>();
    for (String operation : roles.keySet()) {
      String[] words = operation.split(" ", 2);
      document
          .getJsonObject("paths")
          .getJsonObject(words[1])
          .getJsonObject(words[0].toLowerCase(java.util.Locale.ROOT))
          .getJsonObject("responses")
          .fieldNames()
          .forEach(status -> described.add(operation + " " + status));
    }
    // Refused only for want of a token, or of room.
    described.remove("GET /internal/metrics default");
    described.remove("GET /api/v1/me default");
    described.remove("GET /api/v1/catalogue default");
    // What goes on without end is read by the test below.
    described.removeIf(answer -> answer.contains("/live "));
    assertThat(seen).isEqualTo(described);
  }

  @Test
  void whatTheStreamsTellIsAsDescribed() throws Exception {
    read();
    connect();
    JsonObject schemas = document.getJsonObject("components").getJsonObject("schemas");
    try (LiveEvents live = new LiveEvents(url + "/api/v1/live")) {
      for (Object row : live.await("rows").getJsonArray("rows")) {
        conforms(schemas.getJsonObject("FleetRow"), row, "a row");
      }
    }
    try (LiveEvents live = new LiveEvents(url + "/api/v1/devices/p1/live")) {
      conforms(schemas.getJsonObject("Device"), live.await("device"), "a device");
      conforms(schemas.getJsonObject("Event"), live.await("event"), "an event");
      assertThat(live.await("snapshot").fieldNames()).containsExactly("time");
      assertThat(live.await("collector").getBoolean("broker_connected")).isTrue();
    }
  }
}
