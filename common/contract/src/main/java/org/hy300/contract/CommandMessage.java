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
 * @param id the sender's choice; a second command of the same id is answered with the first one's
 *     result
 * @param issued when it was sent, or null: nothing is judged by it
 * @param expires a command that arrives later is answered `expired` and not executed
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
   * Takes from beside the payload what it does not have.
   *
   * @param idOtherwise null when there is none
   * @param expiresOtherwise null when there is none
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

  /** Whether arguments that came in another way fit into this message. */
  public static void checkArgs(JsonObject args) throws MalformedMessageException {
    Fields.checkCarried("args", args);
  }

  /**
   * The identifier alone, so that a command which is wrong elsewhere can still be answered.
   *
   * @return null when not even that can be read
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
