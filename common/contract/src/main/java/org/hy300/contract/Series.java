// SPDX-License-Identifier: Apache-2.0
// One Prometheus series, parsed and checked: name and labels.
package org.hy300.contract;

import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A series name such as {@code hy300_motor_fault{reason="none"}}.
 *
 * @param family the metric family's name
 * @param labels the text between the braces, escaped as in the exposition format and sorted, so
 *     that equal series are equal; empty without labels
 */
public record Series(String family, String labels) {
  private static final Pattern NAME = Pattern.compile("[a-zA-Z_:][a-zA-Z0-9_:]*");

  private static final Pattern LABEL_NAME = Pattern.compile("[a-zA-Z_][a-zA-Z0-9_]*");

  /** Possessive throughout: matching a hostile key takes linear time. */
  private static final String LABEL =
      "([a-zA-Z_][a-zA-Z0-9_]*+)=\"(?:[^\"\\\\\n]|\\\\[\\\\\"n])*+\"";

  private static final Pattern EACH_LABEL = Pattern.compile(LABEL);

  private static final Pattern SERIES =
      Pattern.compile("(" + NAME.pattern() + "+)(?:\\{(" + LABEL + "(?:," + LABEL + ")*+)?\\})?+");

  /**
   * Parses a series.
   *
   * @return empty if the name or the labels are invalid
   */
  public static Optional<Series> parse(String text) {
    Matcher matcher = SERIES.matcher(text);
    if (!matcher.matches()) {
      return Optional.empty();
    }
    // Prometheus rejects a whole page because of one duplicate label.
    Map<String, String> labels = new TreeMap<>();
    Matcher label = EACH_LABEL.matcher(matcher.group(2) == null ? "" : matcher.group(2));
    while (label.find()) {
      if (!isLabelName(label.group(1)) || labels.put(label.group(1), label.group()) != null) {
        return Optional.empty();
      }
    }
    return Optional.of(new Series(matcher.group(1), String.join(",", labels.values())));
  }

  /** The labels by name, their values without escapes. */
  public Map<String, String> labelValues() {
    Map<String, String> values = new TreeMap<>();
    Matcher label = EACH_LABEL.matcher(labels);
    while (label.find()) {
      String name = label.group(1);
      values.put(name, unescape(labels.substring(label.end(1) + 2, label.end() - 1)));
    }
    return values;
  }

  private static String unescape(String value) {
    StringBuilder text = new StringBuilder(value.length());
    for (int at = 0; at < value.length(); at++) {
      char c = value.charAt(at);
      if (c == '\\') {
        c = value.charAt(++at) == 'n' ? '\n' : value.charAt(at);
      }
      text.append(c);
    }
    return text.toString();
  }

  /**
   * Formats a series as Prometheus does.
   *
   * @param labels names and values, alternating
   */
  public static String format(String family, String... labels) {
    if (labels.length == 0) {
      return family;
    }
    StringBuilder text = new StringBuilder(family);
    for (int i = 0; i + 1 < labels.length; i += 2) {
      text.append(i == 0 ? '{' : ',').append(labels[i]).append("=\"");
      text.append(labels[i + 1].replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n"));
      text.append('"');
    }
    return text.append('}').toString();
  }

  public static boolean isFamilyName(String text) {
    return NAME.matcher(text).matches();
  }

  /**
   * Whether the text is a valid label name; names that start with two underscores are reserved for
   * Prometheus.
   */
  public static boolean isLabelName(String text) {
    return LABEL_NAME.matcher(text).matches() && !text.startsWith("__");
  }
}
