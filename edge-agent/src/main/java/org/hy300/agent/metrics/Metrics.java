// SPDX-License-Identifier: Apache-2.0
// The series of a subsystem at one time, with the metadata of their families.
package org.hy300.agent.metrics;

import java.util.Map;
import org.hy300.contract.Family;

/**
 * A reading.
 *
 * @param values number by series, as Prometheus writes the series
 * @param families metadata by family name
 */
public record Metrics(Map<String, Number> values, Map<String, Family> families) {}
