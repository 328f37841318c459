// SPDX-License-Identifier: Apache-2.0
// The metadata of a metric family in the sense of Prometheus.
package org.hy300.contract;

/**
 * Metadata of one metric family, as in `# TYPE` and `# HELP`.
 *
 * @param type counter, gauge or untyped
 * @param help one line, unescaped
 */
public record Family(String type, String help) {}
