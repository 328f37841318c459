// SPDX-License-Identifier: Apache-2.0
package org.hy300.collector.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.hy300.collector.fleet.State;
import org.hy300.contract.MalformedMessageException;
import org.hy300.contract.StateMessage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StateParserTest {
  private static State parse(String text) throws MalformedMessageException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    // The array of a loop is longer than the message and has another one behind it.
    byte[] message = Arrays.copyOf(bytes, bytes.length + 8);
    Arrays.fill(message, bytes.length, message.length, (byte) '}');
    return StateParser.parse("p1", message, bytes.length);
  }

  @Test
  void whatAnAgentWritesIsRead() throws MalformedMessageException {
    Map<String, Number> values = new LinkedHashMap<>();
    values.put("hy300_motor_position_steps", 127);
    values.put("hy300_motor_fault{reason=\"none\"}", 1L);
    values.put("hy300_motor_step_interval_seconds", 0.003);
    State state =
        parse(new StateMessage("s1", 42, Instant.ofEpochMilli(1234), values).toBuffer() + "");
    assertThat(state.session()).isEqualTo("s1");
    assertThat(state.seq()).isEqualTo(42);
    assertThat(state.time()).isEqualTo(1234);
    assertThat(state.series())
        .containsExactly(
            "hy300_motor_position_steps",
            "hy300_motor_fault{reason=\"none\"}",
            "hy300_motor_step_interval_seconds");
    assertThat(state.values()).containsExactly(127, 1, 0.003);
  }

  @Test
  void theTemplateIsTheMessageWithoutItsNumbers() throws MalformedMessageException {
    State state =
        parse(
            " {\"seq\" : 12, \"a\":[1],\n\"values\":{\"x\":-1.5e3 , \"\u00e9\":0},\"session\":\"s\"}");
    assertThat(new String(state.template().glue(), StandardCharsets.UTF_8))
        .isEqualTo(" {\"seq\" : , \"a\":[1],\n\"values\":{\"x\": , \"\u00e9\":},\"session\":\"\"}");
    assertThat(state.template().ends()).containsExactly(10, 35, 43, 56);
    assertThat(state.template().holes()).containsExactly(2, 0, 0, 1);
  }

  @Test
  void unknownFieldsAreIgnored() throws MalformedMessageException {
    State state = parse("{\"x\":[{}],\"seq\":1,\"session\":\"s\",\"y\":{\"z\":1},\"values\":{}}");
    assertThat(state.series()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "x",
        "[]",
        "1",
        "null",
        "{",
        "{}",
        "{}{}",
        "{\"session\":\"s\",\"seq\":1}",
        "{\"session\":1,\"seq\":1,\"values\":{}}",
        "{\"session\":\"\",\"seq\":1,\"values\":{}}",
        "{\"session\":\"a b\",\"seq\":1,\"values\":{}}",
        "{\"session\":\"\\u0061\",\"seq\":1,\"values\":{}}",
        "{\"session\":\"s\",\"seq\":\"1\",\"values\":{}}",
        "{\"session\":\"s\",\"seq\":1.5,\"values\":{}}",
        "{\"session\":\"s\",\"seq\":-1,\"values\":{}}",
        "{\"session\":\"s\",\"seq\":99999999999999999999,\"values\":{}}",
        "{\"session\":\"s\",\"seq\":1,\"time\":5,\"values\":{}}",
        "{\"session\":\"s\",\"seq\":1,\"values\":[]}",
        "{\"session\":\"s\",\"seq\":1,\"values\":{\"a\":\"1\"}}",
        "{\"session\":\"s\",\"seq\":1,\"values\":{\"a\":null}}",
        "{\"session\":\"s\",\"seq\":1,\"values\":{\"a\":{}}}",
        "{\"session\":\"s\",\"seq\":1,\"values\":{\"a\":NaN}}",
        "{\"session\":\"s\",\"seq\":1,\"values\":{\"a\":01}}",
        "{\"session\":\"s\",\"seq\":1,\"values\":{\"a\":1e999}}",
        "{\"session\":\"s\",\"seq\":1,\"values\":{\"a\":1,\"a\":2}}",
        "{\"session\":\"s\",\"seq\":1,\"values\":{\"a\":1",
        "{\"session\":\"s\",\"seq\":1,\"values\":{}}x",
        "{\"session\":\"s\",\"seq\":1,\"values\":{}}{}",
        "{\"session\":\"s\",\"seq\":1,\"values\":{},\"device\":\"p2\"}",
      })
  void whatIsNoStateIsRefused(String payload) {
    assertThatExceptionOfType(MalformedMessageException.class).isThrownBy(() -> parse(payload));
  }

  @Test
  void anotherEncodingIsRefused() {
    byte[] payload =
        "{\"session\":\"s\",\"seq\":1,\"values\":{}}".getBytes(StandardCharsets.UTF_16LE);
    assertThatExceptionOfType(MalformedMessageException.class)
        .isThrownBy(() -> StateParser.parse("p1", payload, payload.length))
        .withMessageContaining("UTF-8");
  }
}
