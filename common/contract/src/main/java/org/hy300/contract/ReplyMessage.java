// SPDX-License-Identifier: Apache-2.0
// `…/{device}/reply/{subsystem}/{action}`: the progress or result of a command.
package org.hy300.contract;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import java.util.Locale;

/**
 * Not retained, QoS 1. `accepted` comes first, or not at all; exactly one final reply follows.
 *
 * @param result of the action; null if it has none
 * @param error why the status is not `done`; null if it is
 */
public record ReplyMessage(String id, Status status, JsonObject result, Reason error) {

  /** The progress of a command; all but ACCEPTED are final. */
  public enum Status {
    ACCEPTED,
    DONE,
    FAILED,
    REJECTED,
    EXPIRED,
    CANCELLED;

    public boolean isTerminal() {
      return this != ACCEPTED;
    }

    /** The word in the message and in metric labels. */
    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /**
   * A reason.
   *
   * @param code one word for programs: a constant of {@link ErrorCode}
   * @param message one line for people: the cause and the remedy
   */
  public record Reason(String code, String message) {}

  public static ReplyMessage accepted(String id) {
    return new ReplyMessage(id, Status.ACCEPTED, null, null);
  }

  public static ReplyMessage done(String id, JsonObject result) {
    return new ReplyMessage(id, Status.DONE, result, null);
  }

  public static ReplyMessage ended(String id, Status status, String code, String message) {
    return new ReplyMessage(id, status, null, new Reason(code, message));
  }

  public static ReplyMessage parse(Buffer payload) throws MalformedMessageException {
    Fields fields = Fields.parse(payload);
    String word = fields.text("status");
    JsonObject result = fields.carried("result");
    JsonObject error = fields.objectOrEmpty("error");
    return new ReplyMessage(
        fields.text("id"),
        status(word),
        result.isEmpty() ? null : result,
        error.isEmpty()
            ? null
            : new Reason(
                String.valueOf(error.getValue("code")), String.valueOf(error.getValue("message"))));
  }

  public JsonObject toJson() {
    JsonObject json = new JsonObject().put("id", id).put("status", status.word());
    if (result != null) {
      json.put("result", result);
    }
    if (error != null) {
      json.put("error", new JsonObject().put("code", error.code()).put("message", error.message()));
    }
    return json;
  }

  public Buffer toBuffer() {
    return toJson().toBuffer();
  }

  private static Status status(String word) throws MalformedMessageException {
    for (Status status : Status.values()) {
      if (status.word().equals(word)) {
        return status;
      }
    }
    throw new MalformedMessageException("field 'status' is not a status of a reply");
  }
}
