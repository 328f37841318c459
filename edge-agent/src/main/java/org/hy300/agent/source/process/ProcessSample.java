// SPDX-License-Identifier: Apache-2.0
// What one process used at one time: the contract's record with its seven fields.
package org.hy300.agent.source.process;

import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import org.hy300.agent.source.process.ProcessStat.Identity;

/**
 * One record.
 *
 * @param cpuPercent of one processor since the last sample, from {@value #MIN_PERCENT} to 100 for
 *     each processor that it can use: a process that is busy on two shows 200. Null in the first
 *     sample, which has nothing to compare with
 * @param memoryPercent resident memory in percent of the machine's, at least {@value #MIN_PERCENT}
 */
record ProcessSample(
    Identity id,
    String name,
    Double cpuPercent,
    long rssBytes,
    long vmsBytes,
    double memoryPercent,
    Instant time) {
  static final double MIN_PERCENT = 0.01;
  private static final double MAX_PERCENT = 100;

  private static final DateTimeFormatter TIME =
      new DateTimeFormatterBuilder().appendInstant(3).toFormatter();

  /** Whether all seven fields are present. */
  boolean isComplete() {
    return cpuPercent != null;
  }

  JsonObject toJson() {
    JsonObject json = new JsonObject().put("pid", id.pid()).put("process_name", name);
    if (cpuPercent != null) {
      json.put("cpu_percent", cpuPercent);
    }
    return json.put("memory_rss_bytes", rssBytes)
        .put("memory_vms_bytes", vmsBytes)
        .put("memory_percent", memoryPercent)
        .put("timestamp", TIME.format(time));
  }

  /**
   * A percentage within its bounds, rounded to two digits.
   *
   * @param units how many times 100 % is possible: the number of processors; 1 for memory
   */
  static double percent(double ratio, int units) {
    double bounded = Math.min(ratio * MAX_PERCENT, MAX_PERCENT * units);
    return Math.max(Math.round(bounded * 100) / 100.0, MIN_PERCENT);
  }
}
