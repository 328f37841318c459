// SPDX-License-Identifier: Apache-2.0
// Everything that the collector knows of a projector, with its values.
package org.hy300.cli.client;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One projector. Its own information is empty until it has sent it.
 *
 * @param values by their Prometheus series
 */
public record DeviceAnswer(
    DeviceSummary summary,
    Optional<String> kernel,
    Optional<String> agentVersion,
    List<String> subsystems,
    Settings settings,
    Map<String, Number> values) {
  public static DeviceAnswer of(Field answer) throws NotAsPromisedException {
    return new DeviceAnswer(
        DeviceSummary.of(answer),
        answer.at("kernel").optional(Field::text),
        answer.at("agent_version").optional(Field::text),
        answer.at("subsystems").optional(names -> names.list(Field::text)).orElse(List.of()),
        Settings.of(answer.at("settings")),
        answer.at("values").map(Field::number));
  }
}
