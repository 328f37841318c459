// SPDX-License-Identifier: Apache-2.0
// Pages of projectors that send what they should not, read by the strictest parser there is.
package org.hy300.collector.exposition;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.hy300.collector.PlayedFleet;
import org.hy300.testing.Program;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Debian's python3-prometheus-client, of Debian's Python, refuses whatever OpenMetrics 1.0 does not
 * allow.
 */
@Timeout(300)
class StrictParserTest {
  private static final Duration LIMIT = Duration.ofSeconds(60);

  /** What OpenMetrics puts behind a family's name in one type or another. */
  private static final List<String> SUFFIXES =
      List.of("", "_total", "_created", "_count", "_sum", "_bucket", "_info", "_gcount", "_gsum");

  private static final String READ =
      """
      import sys
      from prometheus_client.openmetrics.parser import text_string_to_metric_families
      families = list(text_string_to_metric_families(open(sys.argv[1], encoding="utf-8", newline="").read()))
      print("read", sum(len(family.samples) for family in families))
      """;

  @TempDir private Path directory;
  private final PlayedFleet played = new PlayedFleet();
  private int pairs;

  private void device(String name, String families, String values) {
    played.online(name, "s-" + name);
    played.message(
        name + "/info",
        """
        {"session":"s-%s","time":"%s","model":"m\\"\\\\\\n","kernel":"6","agent_version":"1",
         "boot_id":"b","labels":{"room":"a \\"2\\"\\\\\\n\u00e9"},"subsystems":["board"],
         "families":{%s}}
        """
            .formatted(name, PlayedFleet.TIME, families),
        true);
    played.state(name, "board", "s-" + name, 1, values);
  }

  private static String family(String name, String type) {
    return "\"%s\":{\"type\":\"%s\",\"help\":\"h\\n\\\\ \\\"\"}".formatted(name, type);
  }

  /** Two families that both came from one projector, in this order. */
  private void pair(String first, String firstType, String second, String secondType) {
    String base = "x" + pairs++;
    device(
        base,
        family(base + first, firstType) + "," + family(base + second, secondType),
        "\"%1$s%2$s\":1,\"%1$s%3$s\":2".formatted(base, first, second));
  }

  private void isRead(Page page) throws Exception {
    String text = PageText.of(page);
    Path file = Files.writeString(directory.resolve("page"), text);
    try (Program parser =
        new Program("python3", Map.of(), "/usr/bin/python3", "-c", READ, file.toString())) {
      int status = parser.awaitExit(LIMIT);
      assertThat(status).as(parser.lines() + "\n" + text).isZero();
      assertThat(parser.lines())
          .containsExactly("read " + text.lines().filter(line -> !line.startsWith("#")).count());
    }
  }

  @Test
  void noTwoNamesMakeThePageIllegal() throws Exception {
    List<String> types = List.of("gauge", "counter");
    for (String first : SUFFIXES) {
      for (String second : SUFFIXES) {
        for (String firstType : types) {
          for (String secondType : types) {
            if (!first.equals(second)) {
              pair(first, firstType, second, secondType);
            }
          }
        }
      }
    }
    isRead(new FleetPage(played.fleet, Format.OPENMETRICS, Shard.ALL, true, true));
  }

  @Test
  void noValueLabelOrTextMakesThePageIllegal() throws Exception {
    device(
        "odd",
        family("a", "gauge") + "," + family("b_total", "counter") + "," + family("c", "untyped"),
        "\"a\":-0.0,\"a{z=\\\"1\\\",b=\\\"2\\\"}\":1e308,\"a{b=\\\"2\\\",z=\\\"1\\\"}\":2,"
            + "\"a{l=\\\"\u00e9\\\\\\\"\\\\n\\\"}\":5e-324,\"b_total\":-1,"
            + "\"b_total{k=\\\"v\\\"}\":9007199254740993,\"c\":1,\"d\":12345678901234567890,"
            + "\"hy300_device_up\":3,\"up\":1,\"ALERTS\":1");
    device("other", family("a", "counter"), "\"a\":3,\"b_total\":4");
    played.will("other", "s-other");
    isRead(new FleetPage(played.fleet, Format.OPENMETRICS, Shard.ALL, true, true));
    isRead(new FleetPage(played.fleet, Format.OPENMETRICS, Shard.ALL, false, false));
    isRead(
        new DevicePage(played.fleet.find("odd").orElseThrow(), played.fleet, Format.OPENMETRICS));
  }
}
