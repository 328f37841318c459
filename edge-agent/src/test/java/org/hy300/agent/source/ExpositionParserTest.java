// SPDX-License-Identifier: Apache-2.0
package org.hy300.agent.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.Map;
import org.hy300.agent.metrics.Metrics;
import org.hy300.agent.source.ExpositionParser.MalformedExpositionException;
import org.hy300.contract.Family;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ExpositionParserTest {
  private static final String HEAD = "# HELP a_total A.\n# TYPE a_total counter\n";

  @Test
  void aPageOfTwoFamilies() throws MalformedExpositionException {
    Metrics metrics =
        ExpositionParser.parse(
            HEAD
                + "a_total 9007199254740993\n"
                + "# a comment\n"
                + "# HELP b Two words.\n# TYPE b gauge\n"
                + "b{line=\"phase0\",unit=\"1\"} 0.003\n");
    assertThat(metrics.values())
        .isEqualTo(Map.of("a_total", 9007199254740993L, "b{line=\"phase0\",unit=\"1\"}", 0.003));
    assertThat(metrics.families())
        .isEqualTo(
            Map.of("a_total", new Family("counter", "A."), "b", new Family("gauge", "Two words.")));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a_total",
        "a_total ",
        "a_total x",
        "a_total NaN",
        "a_total +Inf",
        "a_total 1 1700000000000",
        "b 1",
        "a_total{x} 1",
        "a_total{x=\"1\" 1",
        "a_total 1\na_total 2",
        "# TYPE a_total gauge",
        "# HELP a_total Again.",
        "# TYPE c histogram",
        "# TYPE c",
      })
  void aLineThatIsNotTheFormatIsRefusedWithItsNumber(String line) {
    assertThatExceptionOfType(MalformedExpositionException.class)
        .isThrownBy(() -> ExpositionParser.parse(HEAD + line + "\n"))
        .withMessageStartingWith("line ");
  }
}
