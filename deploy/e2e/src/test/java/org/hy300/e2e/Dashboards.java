// SPDX-License-Identifier: Apache-2.0
// The queries of the dashboards in deploy/grafana, with their variables filled in.
package org.hy300.e2e;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Supports only those features of Grafana that these dashboards use. */
final class Dashboards {
  private static final Path DIRECTORY = Root.DIRECTORY.resolve("deploy/grafana/dashboards");
  private static final Pattern LABEL_VALUES = Pattern.compile("label_values\\((.+), ([a-z_]+)\\)");

  /**
   * A query.
   *
   * @param where dashboard and panel or variable
   */
  record Query(String where, String expression) {}

  private final List<JsonObject> all = new ArrayList<>();

  Dashboards() throws IOException {
    try (Stream<Path> files = Files.list(DIRECTORY)) {
      for (Path file : files.sorted().toList()) {
        all.add(new JsonObject(Files.readString(file)));
      }
    }
  }

  List<JsonObject> all() {
    return all;
  }

  static Stream<JsonObject> objects(JsonArray array) {
    return array.stream().map(JsonObject.class::cast);
  }

  /** The panels with content, without rows. */
  static Stream<JsonObject> panels(JsonObject dashboard) {
    return objects(dashboard.getJsonArray("panels"))
        .filter(panel -> !panel.getString("type").equals("row"));
  }

  /** All queries of panels, variables and annotations. */
  List<Query> queries(Map<String, String> variables) {
    List<Query> queries = new ArrayList<>();
    for (JsonObject dashboard : all) {
      String title = dashboard.getString("title");
      panels(dashboard)
          .forEach(
              panel ->
                  objects(panel.getJsonArray("targets"))
                      .forEach(
                          target ->
                              queries.add(
                                  new Query(
                                      title + ": " + panel.getString("title"),
                                      filledIn(target.getString("expr"), variables)))));
      objects(dashboard.getJsonObject("templating").getJsonArray("list"))
          .filter(variable -> variable.getString("type").equals("query"))
          .forEach(
              variable ->
                  queries.add(
                      new Query(
                          title + ": variable " + variable.getString("name"),
                          asQuery(variable.getJsonObject("query").getString("query")))));
      objects(dashboard.getJsonObject("annotations").getJsonArray("list"))
          .forEach(
              annotation ->
                  queries.add(
                      new Query(
                          title + ": annotation " + annotation.getString("name"),
                          filledIn(annotation.getString("expr"), variables))));
    }
    return queries;
  }

  private static String filledIn(String expression, Map<String, String> variables) {
    String filled = expression;
    for (Map.Entry<String, String> variable : variables.entrySet()) {
      filled = filled.replace("$" + variable.getKey(), variable.getValue());
    }
    if (filled.contains("$")) {
      throw new IllegalStateException("a variable that nobody has filled in: " + filled);
    }
    return filled;
  }

  /** Grafana queries the series and keeps the values of the label. */
  private static String asQuery(String labelValues) {
    Matcher matcher = LABEL_VALUES.matcher(labelValues);
    if (!matcher.matches()) {
      throw new IllegalStateException(labelValues + " is no label_values(series, label)");
    }
    return "group by (" + matcher.group(2) + ") (" + matcher.group(1) + ")";
  }
}
