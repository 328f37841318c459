// SPDX-License-Identifier: Apache-2.0
// The options that set the fleet's ceilings.
package org.hy300.collector;

import org.hy300.collector.fleet.FleetLimits;
import org.hy300.contract.Limits;
import picocli.CommandLine.Option;

/** A picocli mixin. What is over a ceiling is left out, counted and said once. */
final class LimitOptions {
  @Option(
      names = "--max-devices",
      paramLabel = "N",
      defaultValue = "${env:HY300_MAX_DEVICES:-" + FleetLimits.DEVICES + "}",
      description = "Most projectors (HY300_MAX_DEVICES; " + FleetLimits.DEVICES + ").")
  private int devices;

  @Option(
      names = "--max-series",
      paramLabel = "N",
      defaultValue = "${env:HY300_MAX_SERIES:-" + FleetLimits.SERIES + "}",
      description = "Most series of the fleet (HY300_MAX_SERIES; " + FleetLimits.SERIES + ").")
  private int series;

  @Option(
      names = "--max-device-series",
      paramLabel = "N",
      defaultValue = "${env:HY300_MAX_DEVICE_SERIES:-" + FleetLimits.DEVICE_SERIES + "}",
      description =
          "Most series of one projector (HY300_MAX_DEVICE_SERIES; "
              + FleetLimits.DEVICE_SERIES
              + ").")
  private int deviceSeries;

  @Option(
      names = "--max-labels",
      paramLabel = "N",
      defaultValue = "${env:HY300_MAX_LABELS:-" + FleetLimits.LABELS + "}",
      description = "Most labels of one series (HY300_MAX_LABELS; " + FleetLimits.LABELS + ").")
  private int labels;

  @Option(
      names = "--max-label-length",
      paramLabel = "BYTES",
      defaultValue = "${env:HY300_MAX_LABEL_LENGTH:-" + FleetLimits.LABEL_LENGTH + "}",
      description =
          "Longest family name, label name and label value (HY300_MAX_LABEL_LENGTH; "
              + FleetLimits.LABEL_LENGTH
              + ").")
  private int labelLength;

  @Option(
      names = "--max-payload",
      paramLabel = "BYTES",
      defaultValue = "${env:HY300_MAX_PAYLOAD:-" + Limits.MAX_PAYLOAD_BYTES + "}",
      description =
          "Largest message, at most the contract's ceiling (HY300_MAX_PAYLOAD; "
              + Limits.MAX_PAYLOAD_BYTES
              + ").")
  private int payloadBytes;

  @Option(
      names = "--max-flaps",
      paramLabel = "N",
      defaultValue = "${env:HY300_MAX_FLAPS:-" + FleetLimits.FLAPS + "}",
      description =
          "Times a minute that a projector may come online before its series are held back"
              + " (HY300_MAX_FLAPS; "
              + FleetLimits.FLAPS
              + ").")
  private int flaps;

  FleetLimits limits() {
    return new FleetLimits(devices, series, deviceSeries, labels, labelLength, payloadBytes, flaps);
  }
}
