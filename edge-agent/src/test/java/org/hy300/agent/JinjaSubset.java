// SPDX-License-Identifier: Apache-2.0
// Renders the agent's templates for Home Assistant as Jinja with Home Assistant's functions would.
package org.hy300.agent;

import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Refuses any expression that the agent does not use. */
final class JinjaSubset {
  private static final Pattern EXPRESSION = Pattern.compile("\\{\\{ (.+?) }}");
  private static final Pattern VALUE =
      Pattern.compile("value_json\\['values']\\['(.+)'] \\| default\\('(\\w+)'\\)");
  private static final Pattern CHOICE =
      Pattern.compile(
          "\\{(\\d): '(\\w+)', (\\d): '(\\w+)'}\\.get\\(value_json\\['values']\\.get\\('(.+)'\\),"
              + " '(\\w+)'\\)");
  private static final Pattern LATER =
      Pattern.compile("\\(utcnow\\(\\) \\+ timedelta\\(seconds=(\\d+)\\)\\)\\.isoformat\\(\\)");
  private static final DateTimeFormatter ISO =
      DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSSSSSxxx").withZone(ZoneOffset.UTC);

  private JinjaSubset() {}

  /**
   * Renders a template.
   *
   * @param message the message on the topic, `value_json`
   * @param value the value to be set, or null
   */
  static String render(String template, JsonObject message, Number value) {
    return EXPRESSION
        .matcher(template)
        .replaceAll(
            (MatchResult match) ->
                Matcher.quoteReplacement(evaluate(match.group(1), message, value)));
  }

  private static String evaluate(String expression, JsonObject message, Number value) {
    return switch (expression) {
      case "value_json.state" -> message.getString("state");
      case "value | int" -> Integer.toString(value.intValue());
      // Python prints microseconds here.
      case "utcnow().timestamp()" ->
          Instant.now().getEpochSecond() + "." + 100_000 + System.nanoTime() % 100_000;
      case "utcnow().isoformat()" -> ISO.format(Instant.now());
      default -> evaluate(expression, message);
    };
  }

  private static String evaluate(String expression, JsonObject message) {
    Matcher later = LATER.matcher(expression);
    if (later.matches()) {
      return ISO.format(Instant.now().plusSeconds(Long.parseLong(later.group(1))));
    }
    Matcher one = VALUE.matcher(expression);
    if (one.matches()) {
      Object found = message.getJsonObject("values").getValue(one.group(1));
      return found == null ? one.group(2) : found.toString();
    }
    Matcher choice = CHOICE.matcher(expression);
    if (choice.matches()) {
      Number found = message.getJsonObject("values").getNumber(choice.group(5));
      for (int i = 1; found != null && i < 4; i += 2) {
        if (found.doubleValue() == Integer.parseInt(choice.group(i))) {
          return choice.group(i + 1);
        }
      }
      return choice.group(6);
    }
    throw new IllegalArgumentException("not of the subset: " + expression);
  }
}
