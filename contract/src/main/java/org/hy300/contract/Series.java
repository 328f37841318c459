// SPDX-License-Identifier: Apache-2.0
// One series as Prometheus writes it, taken apart and checked: name and labels.
package org.hy300.contract;

import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A series name such as {@code hy300_motor_fault{reason="none"}}.
 *
 * @param family the metric family's name
 * @param labels what stands between the braces, escaped as in the exposition format; empty without
 *     labels
 */
public record Series(String family, String labels) {
  private static final Pattern NAME = Pattern.compile("[a-zA-Z_:][a-zA-Z0-9_:]*");

  private static final Pattern LABEL_NAME = Pattern.compile("[a-zA-Z_][a-zA-Z0-9_]*");

  /** Possessive throughout: a hostile key costs its length and no more. */
  private static final String LABEL =
      "([a-zA-Z_][a-zA-Z0-9_]*+)=\"(?:[^\"\\\\\n]|\\\\[\\\\\"n])*+\"";

  private static final Pattern EACH_LABEL = Pattern.compile(LABEL);

  private static final Pattern SERIES =
      Pattern.compile("(" + NAME.pattern() + "+)(?:\\{(" + LABEL + "(?:," + LABEL + ")*+)?\\})?+");

  /**
   * Parses a series.
   *
   * @return empty when name or labels are not legal
   */
  public static Optional<Series> parse(String text) {
    Matcher matcher = SERIES.matcher(text);
    if (!matcher.matches()) {
      return Optional.empty();
    }
    String labels = matcher.group(2) == null ? "" : matcher.group(2);
    return haveLegalNames(labels)
        ? Optional.of(new Series(matcher.group(1), labels))
        : Optional.empty();
  }

  /** Prometheus refuses a whole page for one label that stands there twice. */
  private static boolean haveLegalNames(String labels) {
    Set<String> names = new HashSet<>();
    Matcher label = EACH_LABEL.matcher(labels);
    while (label.find()) {
      if (!isLabelName(label.group(1)) || !names.add(label.group(1))) {
        return false;
      }
    }
    return true;
  }

  public static boolean isFamilyName(String text) {
    return NAME.matcher(text).matches();
  }

  /**
   * Whether the text may name a label; names with two underscores in front are Prometheus's own.
   */
  public static boolean isLabelName(String text) {
    return LABEL_NAME.matcher(text).matches() && !text.startsWith("__");
  }
}
