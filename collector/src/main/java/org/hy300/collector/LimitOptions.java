// SPDX-License-Identifier: Apache-2.0
// The options for the fleet's limits.
package org.hy300.collector;

import org.hy300.collector.fleet.FleetLimits;
import org.hy300.contract.Limits;
import picocli.CommandLine.Option;

/** A picocli mixin. Anything beyond a limit is dropped, counted and logged once. */
final class LimitOptions {
  @Option(
      names = "--max-devices",
      paramLabel = "N",
      defaultValue = "" + FleetLimits.DEVICES,
      description = "Maximum projectors (" + FleetLimits.DEVICES + ").")
  private int devices;

  @Option(
      names = "--max-series",
      paramLabel = "N",
      defaultValue = "" + FleetLimits.SERIES,
      description = "Maximum series of the fleet (" + FleetLimits.SERIES + ").")
  private int series;

  @Option(
      names = "--max-device-series",
      paramLabel = "N",
      defaultValue = "" + FleetLimits.DEVICE_SERIES,
      description = "Maximum series of one projector (" + FleetLimits.DEVICE_SERIES + ").")
  private int deviceSeries;

  @Option(
      names = "--max-device-families",
      paramLabel = "N",
      defaultValue = "" + FleetLimits.DEVICE_FAMILIES,
      description =
          "Maximum metric families of one projector besides those of drivers and agent ("
              + FleetLimits.DEVICE_FAMILIES
              + ").")
  private int deviceFamilies;

  @Option(
      names = "--max-labels",
      paramLabel = "N",
      defaultValue = "" + FleetLimits.LABELS,
      description = "Maximum labels of one series (" + FleetLimits.LABELS + ").")
  private int labels;

  @Option(
      names = "--max-label-length",
      paramLabel = "BYTES",
      defaultValue = "" + FleetLimits.LABEL_LENGTH,
      description =
          "Maximum length of family names, label names and label values ("
              + FleetLimits.LABEL_LENGTH
              + ").")
  private int labelLength;

  @Option(
      names = "--max-payload",
      paramLabel = "BYTES",
      defaultValue = "" + Limits.MAX_PAYLOAD_BYTES,
      description =
          "Maximum message size, at most the contract's limit (" + Limits.MAX_PAYLOAD_BYTES + ").")
  private int payloadBytes;

  @Option(
      names = "--max-flaps",
      paramLabel = "N",
      defaultValue = "" + FleetLimits.FLAPS,
      description =
          "Connects a minute above which a projector is shown as down"
              + " ("
              + FleetLimits.FLAPS
              + ").")
  private int flaps;

  @Option(
      names = "--max-device-rate",
      paramLabel = "N",
      defaultValue = "" + FleetLimits.DEVICE_RATE,
      description =
          "States a second that one projector may send, and as many events, so that it delays no"
              + " other; it may send those of 100 seconds at once ("
              + FleetLimits.DEVICE_RATE
              + ").")
  private int deviceRate;

  @Option(
      names = "--foreign-families",
      description =
          "Take metric families of projectors whose name is not hy300_SUBSYSTEM_…, too; without, no"
              + " projector can speak for another program.")
  private boolean foreignFamilies;

  FleetLimits limits() {
    return new FleetLimits(
        devices,
        series,
        deviceSeries,
        deviceFamilies,
        labels,
        labelLength,
        payloadBytes,
        flaps,
        deviceRate,
        foreignFamilies);
  }
}
