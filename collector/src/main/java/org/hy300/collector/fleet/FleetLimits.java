// SPDX-License-Identifier: Apache-2.0
// The limits on what a fleet may send.
package org.hy300.collector.fleet;

import org.hy300.contract.Limits;

/**
 * Anything beyond a limit is dropped, counted and logged once. All limits are inclusive.
 *
 * @param devices known projectors
 * @param series of the whole fleet
 * @param deviceSeries of one device
 * @param deviceFamilies of one device, except those of the catalogue
 * @param labels of one series, and of one device's info
 * @param labelLength longest name of a family or label, and longest label value, in bytes of the
 *     exposition format
 * @param payloadBytes of one message
 * @param flaps how often a device may come online in a minute before it is held back
 * @param deviceRate states and infos a second of one device, and as many events and pictures;
 *     {@value Pace#BURST_SECONDS} seconds' worth at once
 * @param foreignFamilies whether families are accepted that are not {@code hy300_SUBSYSTEM_…}
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

  /** Two cores can count and drop this rate from 10,000 projectors. */
  public static final int DEVICE_RATE = 20;

  /** The default limits. */
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
