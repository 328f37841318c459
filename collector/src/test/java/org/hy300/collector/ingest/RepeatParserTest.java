// SPDX-License-Identifier: Apache-2.0
package org.hy300.collector.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.hy300.collector.PlayedFleet;
import org.hy300.collector.fleet.Session;
import org.hy300.collector.fleet.SessionNames;
import org.hy300.collector.fleet.Template;
import org.hy300.contract.MalformedMessageException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RepeatParserTest {
  private static final Session SESSION = SessionNames.session("s1");

  private final RepeatParser parser = new RepeatParser();

  private static byte[] message(String number) {
    return PlayedFleet.stateMessage("s1", 7, "\"x\":" + number + ",\"y\":2")
        .getBytes(StandardCharsets.UTF_8);
  }

  private static Template template() throws MalformedMessageException {
    byte[] bytes = message("1");
    return StateParser.parse("p1", bytes, bytes.length).template();
  }

  private boolean read(byte[] bytes) throws MalformedMessageException {
    return parser.read(Arrays.copyOf(bytes, bytes.length + 1), bytes.length, template(), SESSION);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "0",
        "-0",
        "7",
        "-1",
        "0.1",
        "-0.003",
        "123456789012345678",
        "9007199254740993",
        "1234567890123456789012",
        "0.1234567890123456789",
        "4.35",
        "1.7976931348623157E308",
        "4.9e-324",
        "1E5",
        "1e+5",
        "2.5e-3",
        "1795233600.123"
      })
  void numbersAreReadAsJavaReadsThem(String number) throws MalformedMessageException {
    assertThat(read(message(number))).isTrue();
    assertThat(parser.values()[0]).isEqualTo(Double.parseDouble(number));
    assertThat(parser.values()[1]).isEqualTo(2);
    assertThat(parser.seq()).isEqualTo(7);
    assertThat(parser.time()).isEqualTo(PlayedFleet.TIME.toEpochMilli());
  }

  /** To the last bit, and neither takes what the other refuses. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "-0",
        "-0.0",
        "0e0",
        "-0e-5",
        "-1e-999",
        "1e308",
        "-1e308",
        "1.7976931348623157e308",
        "1.7976931348623159e308",
        "1e309",
        "-1e400",
        "2.2250738585072011e-308",
        "2.2250738585072014e-308",
        "4.9e-324",
        "2e-324",
        "9007199254740993",
        "9223372036854775807",
        "9223372036854775808",
        "-9223372036854775809",
        "18446744073709551616",
        "123456789012345678901234567890123456789012345678901234567890",
        "0.000000000000000001",
        "999999999999999999.9",
        "0.30000000000000004",
        "1E0005"
      })
  void bothParsersReadTheSame(String number) throws MalformedMessageException {
    byte[] bytes = message(number);
    boolean repeated = read(bytes);
    double judged;
    try {
      judged = StateParser.parse("p1", bytes, bytes.length).values()[0];
    } catch (MalformedMessageException e) {
      assertThat(repeated).isFalse();
      return;
    }
    assertThat(repeated).isTrue();
    assertThat(Double.doubleToRawLongBits(parser.values()[0]))
        .isEqualTo(Double.doubleToRawLongBits(judged));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "", "-", "01", "-01", "+1", ".5", "1.", "1e", "1e+", "1e999", "NaN", "\"1\"", "1 "
      })
  void whatIsNoNumberIsLeftToTheOtherParser(String number) throws MalformedMessageException {
    assertThat(read(message(number))).isFalse();
  }

  @Test
  void anyOtherByteIsAnotherMessage() throws MalformedMessageException {
    byte[] bytes = message("1");
    String text = new String(bytes, StandardCharsets.UTF_8);
    for (int cut = 0; cut < bytes.length; cut++) {
      assertThat(read(Arrays.copyOf(bytes, cut))).isFalse();
    }
    for (String other :
        new String[] {
          text + "}",
          text.replace("\"y\"", "\"z\""),
          text.replace("s1", "s2"),
          text.replace("s1", "s"),
          text.replace("\"seq\":7", "\"seq\":-7"),
          text.replace("\"seq\":7", "\"seq\":07"),
          text.replace("\"seq\":7", "\"seq\":7.0"),
          text.replace("\"seq\":7", "\"seq\":9999999999999999999"),
          text.replace(".123Z", "\\u002e123Z"),
          text.replace(":{", ": {"),
        }) {
      assertThat(read(other.getBytes(StandardCharsets.UTF_8))).as(other).isFalse();
    }
  }
}
