// SPDX-License-Identifier: Apache-2.0
// What Prometheus calls the metadata of a metric family.
package org.hy300.contract;

/**
 * Metadata of one metric family, as `# TYPE` and `# HELP` give it.
 *
 * @param type counter, gauge or untyped
 * @param help one line, unescaped
 */
public record Family(String type, String help) {}
