// SPDX-License-Identifier: Apache-2.0
package org.hy300.collector.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.vertx.core.buffer.Buffer;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import org.hy300.contract.MalformedMessageException;
import org.hy300.contract.StateMessage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StateParserTest {
  private static final int MUTATIONS = 20_000;

  private static Buffer message() {
    Map<String, Number> values = new LinkedHashMap<>();
    values.put("hy300_motor_position_steps", 127);
    values.put("hy300_motor_fault{reason=\"none\"}", 1L);
    values.put("hy300_motor_step_interval_seconds", 0.003);
    return new StateMessage("s1", 42, Instant.EPOCH, values).toBuffer();
  }

  @Test
  void whatAnAgentWritesIsRead() throws MalformedMessageException {
    StateParser.State state = StateParser.parse(message());
    assertThat(state.session()).isEqualTo("s1");
    assertThat(state.seq()).isEqualTo(42);
    assertThat(state.instant()).isEqualTo(Instant.EPOCH);
    assertThat(state.series())
        .containsExactly(
            "hy300_motor_position_steps",
            "hy300_motor_fault{reason=\"none\"}",
            "hy300_motor_step_interval_seconds");
    assertThat(state.values()).containsExactly(127, 1, 0.003);
  }

  @Test
  void unknownFieldsAreIgnored() throws MalformedMessageException {
    StateParser.State state =
        StateParser.parse(
            Buffer.buffer(
                "{\"x\":[{}],\"seq\":1,\"session\":\"s\",\"y\":{\"z\":1},\"values\":{}}"));
    assertThat(state.values()).isEmpty();
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
        "{\"session\":\"s\",\"seq\":1}",
        "{\"session\":1,\"seq\":1,\"values\":{}}",
        "{\"session\":\"s\",\"seq\":\"1\",\"values\":{}}",
        "{\"session\":\"s\",\"seq\":1.5,\"values\":{}}",
        "{\"session\":\"s\",\"seq\":-1,\"values\":{}}",
        "{\"session\":\"s\",\"seq\":99999999999999999999,\"values\":{}}",
        "{\"session\":\"s\",\"seq\":1,\"values\":[]}",
        "{\"session\":\"s\",\"seq\":1,\"values\":{\"a\":\"1\"}}",
        "{\"session\":\"s\",\"seq\":1,\"values\":{\"a\":null}}",
        "{\"session\":\"s\",\"seq\":1,\"values\":{\"a\":{}}}",
        "{\"session\":\"s\",\"seq\":1,\"values\":{\"a\":NaN}}",
        "{\"session\":\"s\",\"seq\":1,\"values\":{\"a\":1,\"a\":2}}",
        "{\"session\":\"s\",\"seq\":1,\"values\":{\"a\":1",
      })
  void whatIsNoStateIsRefused(String payload) {
    assertThatExceptionOfType(MalformedMessageException.class)
        .isThrownBy(() -> StateParser.parse(Buffer.buffer(payload)));
  }

  @Test
  void anOversizedPayloadIsRefused() {
    assertThatExceptionOfType(MalformedMessageException.class)
        .isThrownBy(() -> StateParser.parse(Buffer.buffer(new byte[70_000])))
        .withMessageContaining("70000 bytes");
  }

  /** The seed is fixed, so that a find stays found. */
  @Test
  void noMutationOfAMessageDoesAnythingButParseOrBeRefused() {
    Random random = new Random(300);
    byte[] original = message().getBytes();
    for (int i = 0; i < MUTATIONS; i++) {
      byte[] mutant = original.clone();
      for (int change = 0; change <= random.nextInt(4); change++) {
        mutant[random.nextInt(mutant.length)] = (byte) random.nextInt(256);
      }
      try {
        assertThat(StateParser.parse(Buffer.buffer(mutant)).values()).isNotNull();
      } catch (MalformedMessageException e) {
        assertThat(e.getMessage()).isNotBlank();
      }
    }
  }
}
