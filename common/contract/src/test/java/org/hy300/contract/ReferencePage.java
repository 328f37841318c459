// SPDX-License-Identifier: Apache-2.0
// Generates docs/reference/commands.md from the catalogue.
package org.hy300.contract;

import java.util.List;
import java.util.stream.Collectors;
import org.hy300.contract.CommandEntry.Field;

/** A table of all commands, then a section for each. */
final class ReferencePage {
  private static final String HEAD =
      """
      # Commands

      Generated from the catalogue by `make reference`; do not edit.

      Commands have the same name, arguments and result over MQTT, HTTP, the page, `hy300` and Home Assistant. The
      result is in the reply with `done`. An HTTP request waits %d s for the end, or `timeout_seconds`, at most %d s.
      JSON Schemas of all arguments and results are in
      [asyncapi.yaml](../../common/contract/src/main/resources/org/hy300/contract/asyncapi.yaml).
      A running collector serves the catalogue at `/api/v1/catalogue`.

      - **Role**: the role that the sender's token needs. `admin` includes `operate`.
      - **Always taken**: also before the projector's clock is set, under overload, and when the
        collector's disk is full.
      - **Fails after**: time without progress. Commands without it end at once.

      | command | | role | arguments | done when |
      |---|---|---|---|---|
      """;

  private ReferencePage() {}

  static String text() {
    StringBuilder page =
        new StringBuilder(
            HEAD.formatted(
                CommandCatalogue.DEFAULT_TIMEOUT_SECONDS, CommandCatalogue.MAX_TIMEOUT_SECONDS));
    for (CommandEntry command : CommandCatalogue.COMMANDS) {
      page.append(
          "| [`%s`](#%s) | %s | %s | %s | %s |\n"
              .formatted(
                  command.name(),
                  // GitHub's anchor for the heading.
                  command.name().replace("/", ""),
                  command.summary(),
                  command.role().word(),
                  names(command),
                  command.end().when()));
    }
    CommandCatalogue.COMMANDS.forEach(command -> page.append(section(command)));
    return page.toString();
  }

  private static String names(CommandEntry command) {
    return command.arguments().stream()
        .map(argument -> "`" + argument.name() + "`")
        .collect(Collectors.joining(command.oneOf() ? " or " : ", "));
  }

  private static String section(CommandEntry command) {
    StringBuilder text = new StringBuilder();
    text.append("\n## ").append(command.name()).append("\n\n").append(command.summary());
    text.append(" Role: `").append(command.role().word()).append("`.");
    if (command.isAlwaysTaken()) {
      text.append(" Always taken.");
    }
    long patience = command.end().patience().toSeconds();
    text.append("\nDone when ")
        .append(command.end().when())
        .append(patience == 0 ? ".\n" : "; fails after " + patience + " s.\n");
    if (!command.arguments().isEmpty()) {
      text.append(
          command.oneOf()
              ? "\n| one of the arguments | takes | meaning |\n|---|---|---|\n"
              : "\n| argument | takes | meaning |\n|---|---|---|\n");
      for (Argument argument : command.arguments()) {
        text.append(
            "| `%s` | %s | %s |\n"
                .formatted(argument.name(), argument.range(), argument.meaning()));
      }
    }
    return text.append(results(command.result())).toString();
  }

  private static String results(List<Field> fields) {
    return fields.stream()
        .map(
            field ->
                "| `%s` | %s | %s%s |\n"
                    .formatted(
                        field.name(),
                        field.type(),
                        field.meaning(),
                        field.optional() ? "; may be missing" : ""))
        .collect(
            Collectors.collectingAndThen(
                Collectors.joining(),
                rows ->
                    rows.isEmpty() ? "" : "\n| result | type | meaning |\n|---|---|---|\n" + rows));
  }
}
