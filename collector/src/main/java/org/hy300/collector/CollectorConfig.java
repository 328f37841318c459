// SPDX-License-Identifier: Apache-2.0
// The collector's options, checked.
package org.hy300.collector;

import java.nio.file.Path;
import java.util.Optional;
import org.hy300.collector.fleet.FleetLimits;
import org.hy300.collector.http.HttpConfig;
import org.hy300.collector.push.PushConfig;
import org.hy300.contract.Topics;
import org.hy300.mqtt.BrokerAccess;

/**
 * What one collector is told.
 *
 * @param broker empty for the embedded one
 * @param mqttPort the embedded broker's, 0 for one that the system chooses
 * @param data directory for commands under way, the audit log, settings and the embedded broker's
 *     password
 * @param push empty to push nothing
 */
public record CollectorConfig(
    HttpConfig http,
    Optional<BrokerAccess> broker,
    int mqttPort,
    int keepAliveSeconds,
    Topics topics,
    FleetLimits limits,
    Path data,
    Optional<PushConfig> push) {
  private static final int MAX = 65_535;

  public CollectorConfig {
    check("MQTT port", mqttPort, 0);
    check("keep-alive", keepAliveSeconds, 1);
  }

  private static void check(String name, int value, int lowest) {
    if (value < lowest || value > MAX) {
      throw new IllegalArgumentException(
          name + " " + value + " is not within " + lowest + " to " + MAX);
    }
  }
}
