// SPDX-License-Identifier: Apache-2.0
// `…/{device}/info`: what the device is, and the metadata of its metric families.
package org.hy300.contract;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Retained at QoS 1, sent after connecting and after changes.
 *
 * @param session the agent's session
 * @param model of the machine, from the device tree
 * @param kernel release of the running kernel
 * @param agentVersion version of the agent
 * @param bootId the kernel's boot identifier, new at every boot
 * @param labels the operator's labels, such as site and room
 * @param subsystems names of the subsystems that send state, sorted
 * @param families metadata by family name
 * @param commands names of the commands that the device takes now, such as motor/move; empty if
 *     unknown
 * @param roles the purpose of a subsystem, where there may be several of its kind
 * @param sources the origin of a subsystem's values
 */
public record InfoMessage(
    String session,
    Instant time,
    String model,
    String kernel,
    String agentVersion,
    String bootId,
    Map<String, String> labels,
    List<String> subsystems,
    Map<String, Family> families,
    List<String> commands,
    Map<String, String> roles,
    Map<String, String> sources) {

  /** From an agent that does not report its commands. */
  public InfoMessage(
      String session,
      Instant time,
      String model,
      String kernel,
      String agentVersion,
      String bootId,
      Map<String, String> labels,
      List<String> subsystems,
      Map<String, Family> families) {
    this(
        session,
        time,
        model,
        kernel,
        agentVersion,
        bootId,
        labels,
        subsystems,
        families,
        List.of(),
        Map.of(),
        Map.of());
  }

  public static InfoMessage parse(Buffer payload) throws MalformedMessageException {
    Fields fields = Fields.parse(payload);
    Map<String, String> labels = texts(fields, "labels", "label");
    Map<String, Family> families = new LinkedHashMap<>();
    for (Map.Entry<String, Object> family : fields.objectOrEmpty("families")) {
      if (!(family.getValue() instanceof JsonObject metadata
          && metadata.getValue("type") instanceof String type
          && metadata.getValue("help") instanceof String help)) {
        throw new MalformedMessageException(
            "family '" + family.getKey() + "' has no type and help");
      }
      families.put(family.getKey(), new Family(type, help));
    }
    return new InfoMessage(
        fields.text("session"),
        fields.time("time"),
        fields.text("model"),
        fields.text("kernel"),
        fields.text("agent_version"),
        fields.text("boot_id"),
        labels,
        fields.texts("subsystems"),
        families,
        fields.textsOrEmpty("commands"),
        texts(fields, "role", "role of"),
        texts(fields, "source", "source of"));
  }

  private static Map<String, String> texts(Fields fields, String name, String what)
      throws MalformedMessageException {
    Map<String, String> texts = new LinkedHashMap<>();
    for (Map.Entry<String, Object> each : fields.objectOrEmpty(name)) {
      if (!(each.getValue() instanceof String value)) {
        throw new MalformedMessageException(what + " '" + each.getKey() + "' is not a string");
      }
      texts.put(each.getKey(), value);
    }
    return texts;
  }

  public Buffer toBuffer() {
    JsonObject metadata = new JsonObject();
    families.forEach(
        (name, family) ->
            metadata.put(
                name, new JsonObject().put("type", family.type()).put("help", family.help())));
    JsonObject json =
        new JsonObject()
            .put("session", session)
            .put("time", Fields.format(time))
            .put("model", model)
            .put("kernel", kernel)
            .put("agent_version", agentVersion)
            .put("boot_id", bootId)
            .put("labels", new JsonObject(new LinkedHashMap<>(labels)))
            .put("subsystems", new JsonArray(new ArrayList<>(subsystems)))
            .put("families", metadata);
    if (!commands.isEmpty()) {
      json.put("commands", new JsonArray(new ArrayList<>(commands)))
          .put("role", new JsonObject(new LinkedHashMap<>(roles)))
          .put("source", new JsonObject(new LinkedHashMap<>(sources)));
    }
    return json.toBuffer();
  }
}
