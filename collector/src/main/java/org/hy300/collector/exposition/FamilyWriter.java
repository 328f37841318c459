// SPDX-License-Identifier: Apache-2.0
// The lines above the samples of a family, in either format.
package org.hy300.collector.exposition;

import org.hy300.collector.fleet.MetricFamily;

/** Writes `# HELP` and `# TYPE`. */
final class FamilyWriter {
  private static final String TOTAL = "_total";

  private final Format format;

  FamilyWriter(Format format) {
    this.format = format;
  }

  void header(Lines to, MetricFamily family) {
    if (format == Format.TEXT) {
      header(to, family.name(), family.type(), family.help());
    } else if (isCounter(family)) {
      header(to, base(family.name()), "counter", family.help());
    } else {
      boolean isGauge = family.type().equals("gauge");
      header(to, family.name(), isGauge ? "gauge" : "unknown", family.help());
    }
  }

  /**
   * In OpenMetrics a counter `x_total` is the family `x`, which no other family may be. Without
   * that suffix its type is unknown.
   */
  private static boolean isCounter(MetricFamily family) {
    String name = family.name();
    return family.type().equals("counter")
        && name.endsWith(TOTAL)
        && name.length() > TOTAL.length();
  }

  private static String base(String name) {
    return name.substring(0, name.length() - TOTAL.length());
  }

  void header(Lines to, String name, String type, String help) {
    if (!help.isEmpty()) {
      String escaped = help.replace("\\", "\\\\").replace("\n", "\\n");
      to.add("# HELP ").add(name).add(" ");
      to.add(format == Format.OPENMETRICS ? escaped.replace("\"", "\\\"") : escaped).add("\n");
    }
    to.add("# TYPE ").add(name).add(" ").add(type).add("\n");
  }

  /** Writes the end of a page. */
  void end(Lines to) {
    if (format == Format.OPENMETRICS) {
      to.add("# EOF\n");
    }
  }
}
