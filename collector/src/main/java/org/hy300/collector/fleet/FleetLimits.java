// SPDX-License-Identifier: Apache-2.0
// The ceilings on what a fleet may bring in.
package org.hy300.collector.fleet;

import org.hy300.contract.Limits;

/**
 * What is over a ceiling is left out, counted and said once. All of them are inclusive.
 *
 * @param devices projectors known at a time
 * @param series of the whole fleet
 * @param deviceSeries of one device
 * @param deviceFamilies of one device, those of the catalogue left out
 * @param labels of one series, and of one device's info
 * @param labelLength longest name of a family or label and longest label value, in bytes as the
 *     exposition format has them
 * @param payloadBytes of one message
 * @param flaps times a minute that a device may come online before it is held back
 * @param deviceRate states and infos a second of one device, and as many events and pictures;
 *     {@value Pace#BURST_SECONDS} seconds' worth at once
 * @param foreignFamilies whether families are taken that are not {@code hy300_SUBSYSTEM_…}
 */
public record FleetLimits(
    int devices,
    int series,
    int deviceSeries,
    int deviceFamilies,
    int labels,
    int labelLength,
    int payloadBytes,
    int flaps,
    int deviceRate,
    boolean foreignFamilies) {
  public static final int DEVICES = 100_000;
  public static final int SERIES = 5_000_000;
  public static final int DEVICE_SERIES = 5_000;
  public static final int DEVICE_FAMILIES = 200;
  public static final int LABELS = 16;
  public static final int LABEL_LENGTH = 256;
  public static final int FLAPS = 10;

  /** 10,000 projectors that all send as much are what two cores count and leave out. */
  public static final int DEVICE_RATE = 20;

  /** The ceilings unless configured otherwise. */
  public static final FleetLimits STANDARD =
      new FleetLimits(
          DEVICES,
          SERIES,
          DEVICE_SERIES,
          DEVICE_FAMILIES,
          LABELS,
          LABEL_LENGTH,
          Limits.MAX_PAYLOAD_BYTES,
          FLAPS,
          DEVICE_RATE,
          false);

  private static final int MILLION = 1_000_000;

  public FleetLimits {
    check("most devices", devices, 1, 10 * MILLION);
    check("most series", series, 1, 1_000 * MILLION);
    check("most series of a device", deviceSeries, 1, Limits.MAX_PAYLOAD_BYTES);
    check("most families of a device", deviceFamilies, 0, Limits.MAX_PAYLOAD_BYTES);
    check("most labels", labels, 1, 1_000);
    check("longest label", labelLength, 8, Limits.MAX_PAYLOAD_BYTES);
    check("largest payload", payloadBytes, 256, Limits.MAX_PAYLOAD_BYTES);
    check("most flaps", flaps, 1, MILLION);
    check("highest rate of a device", deviceRate, 1, MILLION);
  }

  private static void check(String name, int value, int lowest, int highest) {
    if (value < lowest || value > highest) {
      throw new IllegalArgumentException(
          name + " " + value + " is not within " + lowest + " to " + highest);
    }
  }
}
