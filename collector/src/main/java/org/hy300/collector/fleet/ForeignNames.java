// SPDX-License-Identifier: Apache-2.0
// Names that no projector may give its series, for others mean something by them.
package org.hy300.collector.fleet;

import java.util.Set;
import java.util.regex.Pattern;
import org.hy300.contract.Series;

/**
 * Asked when a series or family first appears. With {@code honor_labels}, which the fleet's page
 * needs, Prometheus takes {@code job} and {@code instance} as they come; and what it makes itself,
 * or records by a rule, is believed by alerts.
 */
final class ForeignNames {
  /** Prometheus's own, the names of recorded rules, and what the collector says itself. */
  private static final Pattern OTHERS =
      Pattern.compile("up|ALERTS.*|scrape_.*|.*:.*|hy300_(device|collector|push)_.*");

  /** Any legal subsystem, so that an agent newer than the collector is not cut. */
  private static final Pattern OURS = Pattern.compile("hy300_[a-z][a-z0-9]*_[a-zA-Z0-9_]+");

  private static final Set<String> LABELS = Set.of("job", "instance", "device");

  private ForeignNames() {}

  /**
   * Whether a projector may have a family of that name.
   *
   * @param foreign whether those that are of no subsystem are taken, too
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
