// SPDX-License-Identifier: Apache-2.0
// Parses the Prometheus text of a metric attribute strictly: any deviation is an error.
package org.hy300.agent.source;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.hy300.agent.metrics.Metrics;
import org.hy300.contract.Family;
import org.hy300.contract.Series;

/**
 * Text exposition format 0.0.4 in the form that the drivers use: HELP and TYPE before the series of
 * a family, no timestamps, finite values.
 */
public final class ExpositionParser {
  private static final Set<String> TYPES = Set.of("counter", "gauge", "untyped");

  private final Map<String, Number> values = new LinkedHashMap<>();
  private final Map<String, Family> families = new LinkedHashMap<>();
  private final Map<String, String> helps = new LinkedHashMap<>();

  private ExpositionParser() {}

  /** A line is not in the format; the message quotes it. */
  public static final class MalformedExpositionException extends Exception {
    private static final long serialVersionUID = 1L;

    MalformedExpositionException(int line, String reason) {
      super("line " + line + ": " + reason);
    }
  }

  /** Whether an attribute's content is metrics; a state attribute never starts like this. */
  static boolean isExposition(String content) {
    return content.startsWith("# HELP ") || content.startsWith("# TYPE ");
  }

  /** Parses the content of one metric attribute. */
  public static Metrics parse(String content) throws MalformedExpositionException {
    ExpositionParser parser = new ExpositionParser();
    int number = 0;
    for (String line : content.split("\n", -1)) {
      number++;
      String problem = line.isEmpty() ? null : parser.line(line);
      if (problem != null) {
        throw new MalformedExpositionException(number, problem);
      }
    }
    return new Metrics(parser.values, parser.families);
  }

  /** Parses one line and returns its error, or null. */
  private String line(String line) {
    if (line.startsWith("# HELP ")) {
      String[] words = line.substring(7).split(" ", 2);
      return helps.put(words[0], words.length == 2 ? words[1] : "") == null
          ? null
          : "a second HELP of " + words[0];
    }
    if (line.startsWith("# TYPE ")) {
      return type(line.substring(7).split(" ", -1));
    }
    return line.startsWith("#") ? null : sample(line);
  }

  private String type(String[] words) {
    if (words.length != 2 || !Series.isFamilyName(words[0]) || !TYPES.contains(words[1])) {
      return "TYPE is not a family's name and one of " + TYPES;
    }
    Family family = new Family(words[1], helps.getOrDefault(words[0], ""));
    return families.put(words[0], family) == null ? null : "a second TYPE of " + words[0];
  }

  private String sample(String line) {
    int end = line.lastIndexOf(' ');
    Optional<Series> series = end < 0 ? Optional.empty() : Series.parse(line.substring(0, end));
    if (series.isEmpty()) {
      return "neither a comment nor `series value`";
    }
    if (!families.containsKey(series.get().family())) {
      return "no TYPE before " + series.get().family();
    }
    Number value = value(line.substring(end + 1));
    if (value == null) {
      return "the value is not a finite number";
    }
    return values.put(line.substring(0, end), value) == null
        ? null
        : "a second value of the series";
  }

  private static Number value(String text) {
    try {
      return Long.valueOf(text);
    } catch (NumberFormatException notAnInteger) {
      try {
        double value = Double.parseDouble(text);
        return Double.isFinite(value) ? value : null;
      } catch (NumberFormatException notANumber) {
        return null;
      }
    }
  }
}
