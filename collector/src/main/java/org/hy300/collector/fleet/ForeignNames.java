// SPDX-License-Identifier: Apache-2.0
// Names that no projector may use for its series, because they have a meaning for others.
package org.hy300.collector.fleet;

import java.util.Set;
import java.util.regex.Pattern;
import org.hy300.contract.Series;

/**
 * Checked when a series or family first appears. With {@code honor_labels}, which the fleet's page
 * needs, Prometheus keeps the labels {@code job} and {@code instance}. Alerts trust the series that
 * Prometheus makes itself or records by a rule.
 */
final class ForeignNames {
  /** Prometheus's own names, those of recorded rules, and the collector's own. */
  private static final Pattern OTHERS =
      Pattern.compile("up|ALERTS.*|scrape_.*|.*:.*|hy300_(device|collector|push)_.*");

  /** Any valid subsystem, so that an agent newer than the collector loses nothing. */
  private static final Pattern OURS = Pattern.compile("hy300_[a-z][a-z0-9]*_[a-zA-Z0-9_]+");

  private static final Set<String> LABELS = Set.of("job", "instance", "device");

  private ForeignNames() {}

  /**
   * Whether a projector may have a family with this name.
   *
   * @param foreign whether names without a subsystem are accepted, too
   */
  static boolean mayBeFamily(String name, boolean foreign) {
    return Series.isFamilyName(name)
        && !OTHERS.matcher(name).matches()
        && (foreign || OURS.matcher(name).matches());
  }

  static boolean mayBeLabel(String name) {
    return Series.isLabelName(name) && !LABELS.contains(name);
  }
}
