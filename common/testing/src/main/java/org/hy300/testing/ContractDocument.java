// SPDX-License-Identifier: Apache-2.0
// The contract's document, asyncapi.yaml, as a validator of messages.
package org.hy300.testing;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.json.schema.Draft;
import io.vertx.json.schema.JsonSchema;
import io.vertx.json.schema.JsonSchemaOptions;
import io.vertx.json.schema.OutputFormat;
import io.vertx.json.schema.OutputUnit;
import io.vertx.json.schema.Validator;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.hy300.contract.CommandMessage;
import org.hy300.contract.Topics;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** Thread-safe. */
public final class ContractDocument {
  private static final ContractDocument DOCUMENT = new ContractDocument();

  private static final String SCHEMA = "#/components/schemas/";
  private static final String JSON = "application/json";

  /** One channel: the pattern of its topics, and the messages on them. */
  private record Channel(
      String name, Pattern topic, String contentType, String schema, boolean retained) {}

  private final JsonObject document;
  private final List<Channel> channels = new ArrayList<>();
  private final Map<String, Validator> validators = new HashMap<>();

  private ContractDocument() {
    try (InputStream in = CommandMessage.class.getResourceAsStream("asyncapi.yaml")) {
      document =
          (JsonObject) json(new Load(LoadSettings.builder().build()).loadFromInputStream(in));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    for (String name : document.getJsonObject("channels").fieldNames()) {
      channels.add(channel(name));
    }
  }

  public static ContractDocument get() {
    return DOCUMENT;
  }

  /** The whole document; must not be changed. */
  public JsonObject json() {
    return document;
  }

  private static Object json(Object yaml) {
    if (yaml instanceof Map<?, ?> map) {
      Map<String, Object> copy = new LinkedHashMap<>();
      map.forEach((key, value) -> copy.put(String.valueOf(key), json(value)));
      return new JsonObject(copy);
    }
    if (yaml instanceof List<?> list) {
      List<Object> copy = new ArrayList<>();
      list.forEach(value -> copy.add(json(value)));
      return new JsonArray(copy);
    }
    return yaml;
  }

  private Channel channel(String name) {
    JsonObject channel = document.getJsonObject("channels").getJsonObject(name);
    String topic =
        channel
            .getString("address")
            .replace(".", "\\.")
            .replace("{device}", "(?!fleet/){device}")
            .replace("{response}", ".+")
            .replaceAll("\\{(\\w+)}", "(?<$1>[A-Za-z0-9_-][A-Za-z0-9_.-]{0,63})");
    String message = channel.getJsonObject("messages").fieldNames().iterator().next();
    JsonObject content =
        document.getJsonObject("components").getJsonObject("messages").getJsonObject(message);
    String schema = content.getJsonObject("payload").getString("$ref", "");
    return new Channel(
        name,
        Pattern.compile(topic),
        content.getString("contentType", JSON),
        schema.replace(SCHEMA, ""),
        isRetained(name));
  }

  private boolean isRetained(String channel) {
    for (Object each : document.getJsonObject("operations").getMap().values()) {
      JsonObject operation = (JsonObject) each;
      if (operation.getJsonObject("channel").getString("$ref").equals("#/channels/" + channel)) {
        return operation.getJsonObject("bindings").getJsonObject("mqtt").getBoolean("retain");
      }
    }
    return false;
  }

  /**
   * Validates a message.
   *
   * @return the violated rule, in one line with topic and payload; empty if there is none, or if
   *     the topic is not below the contract's root
   */
  public synchronized Optional<String> violation(String topic, Buffer payload, boolean retained) {
    if (!topic.startsWith(Topics.DEFAULT_ROOT + "/")) {
      return Optional.empty();
    }
    return rule(topic, payload, retained)
        .map(
            rule ->
                "message on "
                    + topic
                    + " violates the contract: "
                    + rule
                    + "; it is "
                    + payload.toString());
  }

  private Optional<String> rule(String topic, Buffer payload, boolean retained) {
    for (Channel channel : channels) {
      Matcher levels = channel.topic.matcher(topic);
      if (levels.matches()) {
        if (retained && !channel.retained) {
          return Optional.of(channel.name + " must not be retained");
        }
        return channel.contentType.equals(JSON) ? json(channel, levels, payload) : jpeg(payload);
      }
    }
    return Optional.of("there is no such topic");
  }

  private Optional<String> jpeg(Buffer payload) {
    int longest = document.getJsonObject("x-limits").getInteger("max-snapshot-bytes");
    if (payload.length() > longest) {
      return Optional.of("its " + payload.length() + " bytes are more than " + longest);
    }
    boolean begins = payload.length() > 2 && payload.getUnsignedShort(0) == 0xffd8;
    return begins ? Optional.empty() : Optional.of("it is no JPEG");
  }

  private Optional<String> json(Channel channel, Matcher levels, Buffer payload) {
    int longest = document.getJsonObject("x-limits").getInteger("max-payload-bytes");
    if (payload.length() > longest) {
      return Optional.of("its " + payload.length() + " bytes are more than " + longest);
    }
    JsonObject message;
    try {
      message = new JsonObject(payload);
    } catch (DecodeException | ClassCastException e) {
      return Optional.of("it is no JSON object");
    }
    Optional<String> error = validate(channel.schema, message);
    if (error.isPresent()) {
      return error;
    }
    return switch (channel.name) {
      case "command", "fleetCommand" ->
          part("args-", levels, message.getJsonObject("args", new JsonObject()));
      case "reply" ->
          message.getString("status").equals("done")
              ? part("result-", levels, message.getJsonObject("result", new JsonObject()))
              : Optional.empty();
      default -> Optional.empty();
    };
  }

  /** Arguments and results have a schema for each command; a second motor uses the motor's. */
  private Optional<String> part(String prefix, Matcher levels, JsonObject value) {
    String subsystem = levels.group("subsystem").replaceFirst("[0-9]+$", "");
    return validate(prefix + subsystem + "-" + levels.group("action"), value);
  }

  /** The innermost error of a value for one of the document's schemas. */
  private Optional<String> validate(String schema, JsonObject value) {
    if (!document.getJsonObject("components").getJsonObject("schemas").containsKey(schema)) {
      return Optional.of("there is no schema " + schema);
    }
    OutputUnit output = validators.computeIfAbsent(schema, this::validator).validate(value);
    if (output.getValid()) {
      return Optional.empty();
    }
    return output.getErrors().stream()
        .max(Comparator.comparingInt(error -> error.getKeywordLocation().length()))
        .map(error -> error.getInstanceLocation() + ": " + error.getError() + " (" + schema + ")");
  }

  private Validator validator(String schema) {
    JsonObject root =
        new JsonObject()
            .put("components", document.getJsonObject("components").copy())
            .put("allOf", new JsonArray().add(new JsonObject().put("$ref", SCHEMA + schema)));
    return Validator.create(
        JsonSchema.of(root),
        new JsonSchemaOptions()
            .setBaseUri("https://hy300.example/" + schema)
            .setDraft(Draft.DRAFT7)
            .setOutputFormat(OutputFormat.Basic));
  }
}
