// SPDX-License-Identifier: Apache-2.0
// `…/{device}/cmd/{subsystem}/{action}`: one order to a device.
package org.hy300.contract;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.regex.Pattern;

/**
 * Never retained, QoS 1.
 *
 * @param id chosen by the sender; a second command with this id gets the first one's result
 * @param issued time of sending, or null; it is not used for decisions
 * @param expires a command that arrives later gets the reply `expired` and does not run
 */
public record CommandMessage(String id, Instant issued, Instant expires, JsonObject args) {
  static final Pattern ID = Pattern.compile("[A-Za-z0-9_.:-]{1," + Limits.MAX_ID_LENGTH + "}");

  public static boolean isId(String text) {
    return ID.matcher(text).matches();
  }

  public static CommandMessage parse(Buffer payload) throws MalformedMessageException {
    return parse(payload, null, null);
  }

  /**
   * Parses a command; id and expiry may come from the message's properties instead.
   *
   * @param idOtherwise used if the payload has none; may be null
   * @param expiresOtherwise used if the payload has none; may be null
   */
  public static CommandMessage parse(Buffer payload, String idOtherwise, Instant expiresOtherwise)
      throws MalformedMessageException {
    Fields fields = Fields.parse(payload);
    boolean named = idOtherwise == null || fields.textOrNull("id") != null;
    String id = named ? id(fields) : idOtherwise;
    Instant issued = fields.timeOrNull("issued");
    Instant expires = fields.timeOrNull("expires");
    if (expires == null) {
      expires = expiresOtherwise == null ? fields.time("expires") : expiresOtherwise;
    }
    return new CommandMessage(id, issued, expires, fields.carried("args"));
  }

  /** Checks that arguments from elsewhere fit into this message. */
  public static void checkArgs(JsonObject args) throws MalformedMessageException {
    Fields.checkCarried("args", args);
  }

  /**
   * Reads only the identifier, so that an otherwise invalid command can still get a reply.
   *
   * @return null if it cannot be read
   */
  public static String idOrNull(Buffer payload) {
    try {
      return id(Fields.parse(payload));
    } catch (MalformedMessageException e) {
      String id = Fields.textAtAnyDepth(payload, "id");
      return id != null && isId(id) ? id : null;
    }
  }

  public Buffer toBuffer() {
    JsonObject json = new JsonObject().put("id", id);
    if (issued != null) {
      json.put("issued", Fields.format(issued));
    }
    return json.put("expires", Fields.format(expires)).put("args", args).toBuffer();
  }

  private static String id(Fields fields) throws MalformedMessageException {
    String id = fields.text("id");
    if (!isId(id)) {
      throw new MalformedMessageException("field 'id' is not " + ID.pattern());
    }
    return id;
  }
}
