// SPDX-License-Identifier: Apache-2.0
// The limit on nested JSON, for all ways of reading it.
package org.hy300.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import org.hy300.testing.DeepJson;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LimitedJsonTest {
  private static final String COMMAND = "\"id\":\"c1\",\"expires\":\"2026-11-21T04:00:00Z\"";

  @Test
  void sixteenLevelsAreRead() {
    assertThatCode(() -> new JsonArray(DeepJson.arrays(16))).doesNotThrowAnyException();
    assertThatCode(() -> new JsonArray(Buffer.buffer(DeepJson.arrays(16))))
        .doesNotThrowAnyException();
    assertThat(new JsonObject(DeepJson.object(16, COMMAND)).getString("id")).isEqualTo("c1");
  }

  @ParameterizedTest
  @ValueSource(ints = {17, 18, 900, 100_000})
  void moreAreRefusedInOneLine(int depth) {
    String arrays = DeepJson.arrays(depth);
    for (Runnable reading :
        new Runnable[] {
          () -> new JsonArray(arrays),
          () -> new JsonArray(Buffer.buffer(arrays)),
          () -> new JsonObject(DeepJson.object(depth, COMMAND)),
          () -> new JsonObject(Buffer.buffer(DeepJson.object(depth, COMMAND))),
          () -> new JsonObject("{\"a\":".repeat(depth)),
          // Looks like the start of a string to a scanner that ignores comments.
          () -> new JsonObject("{\"a\": /* \" */ " + arrays + ", \"b\": \"\"}"),
        }) {
      assertThatExceptionOfType(DecodeException.class)
          .isThrownBy(reading::run)
          .satisfies(e -> assertThat(e).hasMessageNotContaining("StackOverflow"));
    }
    assertThatExceptionOfType(TooDeepException.class)
        .isThrownBy(() -> new JsonArray(arrays))
        .withMessage("is nested more than 16 deep");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"a\":\"[[[[[[[[[[[[[[[[[[[[[[[[{{{{{{{{{{{{{{{{{{{{\"}",
        "{\"a\":\"\\\"[[[[[[[[[[[[[[[[[[[[[[[[\\\\\\\"{{{{{{{{{{{{\"}",
        "{\"[[[[[[[[[[[[[[[[[[[[[[[[\\\\\":[{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{}]}",
      })
  void whatOnlyLooksDeepIsRead(String json) {
    assertThat(new JsonObject(json).size()).isEqualTo(1);
    assertThat(new JsonObject(Buffer.buffer(json)).size()).isEqualTo(1);
  }

  @Test
  void aMessageThatIsTooDeepIsMalformed() throws MalformedMessageException {
    String status = "\"state\":\"online\",\"session\":\"s1\",\"time\":\"2026-11-21T04:00:00Z\"";
    assertThat(StatusMessage.parse(Buffer.buffer(DeepJson.object(16, status))).online()).isTrue();
    assertThatExceptionOfType(MalformedMessageException.class)
        .isThrownBy(() -> StatusMessage.parse(Buffer.buffer(DeepJson.object(17, status))))
        .withMessage("payload is nested more than 16 deep");
  }

  @ParameterizedTest
  @ValueSource(ints = {17, 900, 20_000})
  void aCommandThatIsTooDeepCanStillBeAnswered(int depth) {
    Buffer before = Buffer.buffer(DeepJson.object(depth, COMMAND));
    Buffer behind =
        Buffer.buffer("{\"args\":{\"id\":" + DeepJson.arrays(depth - 2) + "},\"id\":\"c1\"}");
    assertThat(CommandMessage.idOrNull(before)).isEqualTo("c1");
    assertThat(CommandMessage.idOrNull(behind)).isEqualTo("c1");
    assertThatExceptionOfType(MalformedMessageException.class)
        .isThrownBy(() -> CommandMessage.parse(before))
        .withMessage("payload is nested more than 16 deep");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"id\":\"c1\",\"args\":[[[[[[[[[[[[[[[[[[[[",
        "{\"id\":\"c1\",\"args\":[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]}{}",
        "{\"id\":\"no id\",\"args\":[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]}",
        "{\"id\":[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]],\"args\":{\"id\":\"c1\"}}",
        "[[[[[[[[[[[[[[[[[[[[{\"id\":\"c1\"}]]]]]]]]]]]]]]]]]]]]",
      })
  void whatHasNoIdentifierHasNone(String payload) {
    assertThat(CommandMessage.idOrNull(Buffer.buffer(payload))).isNull();
  }

  /** The collector's answers and journals wrap a device's data in two more levels. */
  @Test
  void whatIsCarriedFurtherLeavesRoomForWhatItIsWrappedIn() throws MalformedMessageException {
    assertThat(event(12).data().getJsonArray("deep")).isNotEmpty();
    assertThatExceptionOfType(MalformedMessageException.class)
        .isThrownBy(() -> event(13))
        .withMessage("field 'data' is nested more than 12 deep");
    assertThatExceptionOfType(MalformedMessageException.class)
        .isThrownBy(
            () ->
                ReplyMessage.parse(
                    Buffer.buffer(
                        "{\"id\":\"c1\",\"status\":\"done\",\"result\":"
                            + DeepJson.object(13, "\"a\":1")
                            + "}")))
        .withMessage("field 'result' is nested more than 12 deep");
    assertThatExceptionOfType(MalformedMessageException.class)
        .isThrownBy(
            () ->
                CommandMessage.parse(
                    Buffer.buffer(
                        "{" + COMMAND + ",\"args\":" + DeepJson.object(13, "\"a\":1") + "}")))
        .withMessage("field 'args' is nested more than 12 deep");
  }

  private static EventMessage event(int depth) throws MalformedMessageException {
    return EventMessage.parse(
        new EventMessage(
                "e1", 1, Instant.EPOCH, "x", new JsonObject(DeepJson.object(depth, "\"a\":{}")))
            .toBuffer());
  }
}
