// SPDX-License-Identifier: Apache-2.0
// Reads the board's sensors from /sys/class/hwmon and /sys/class/thermal into base units.
package org.hy300.agent.source.board;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.hy300.agent.metrics.Metrics;
import org.hy300.agent.metrics.MetricsBuilder;

/**
 * Names and labels follow node_exporter (chip, sensor; zone, type), with {@code hy300_board} in
 * place of {@code node} and a unit as suffix. Units of the files:
 * Documentation/hwmon/sysfs-interface.rst and Documentation/driver-api/thermal/sysfs-api.rst of
 * Linux.
 */
final class Sensors {
  private static final Logger LOG = System.getLogger(Sensors.class.getName());

  /**
   * One kind of attribute of a hwmon device.
   *
   * @param attribute pattern of its file names; the group is the sensor
   * @param unit value of 1 in the file, in the family's unit
   */
  private record Quantity(Pattern attribute, String family, double unit, String help) {
    Quantity(String attribute, String family, double unit, String help) {
      this(Pattern.compile(attribute), family, unit, help);
    }
  }

  private static final double MILLI = 1e-3;

  private static final List<Quantity> QUANTITIES =
      List.of(
          new Quantity("(temp\\d+)_input", "hy300_board_hwmon_temp_celsius", MILLI, "Temperature."),
          new Quantity(
              "(temp\\d+)_max",
              "hy300_board_hwmon_temp_max_celsius",
              MILLI,
              "Maximum temperature."),
          new Quantity(
              "(temp\\d+)_crit",
              "hy300_board_hwmon_temp_crit_celsius",
              MILLI,
              "Critical temperature."),
          new Quantity("(fan\\d+)_input", "hy300_board_hwmon_fan_rpm", 1, "Speed of a fan."),
          new Quantity(
              "(fan\\d+)_min", "hy300_board_hwmon_fan_min_rpm", 1, "Minimum speed of a fan."),
          new Quantity(
              "(pwm\\d+)",
              "hy300_board_hwmon_pwm_ratio",
              1.0 / 255,
              "Duty cycle of a fan, 0 to 1."));

  private static final String LABEL_FAMILY = "hy300_board_hwmon_sensor_label";
  private static final Pattern LABEL = Pattern.compile("((?:temp|fan)\\d+)_label");

  private static final String ZONE_FAMILY = "hy300_board_thermal_zone_temp_celsius";
  private static final Pattern ZONE = Pattern.compile("thermal_zone(\\d+)");

  private final Path hwmon;
  private final Path thermal;
  private final AtomicLong errors;
  private final Set<Path> refused = new HashSet<>();

  /**
   * Creates a reader, which finds the sensors at each reading.
   *
   * @param classes /sys/class
   * @param errors counts attributes that cannot be read or hold no number
   */
  Sensors(Path classes, AtomicLong errors) {
    hwmon = classes.resolve("hwmon");
    thermal = classes.resolve("thermal");
    this.errors = errors;
  }

  /** Reads all sensors. Blocks: a sensor on a slow bus needs time. */
  synchronized Metrics read() {
    MetricsBuilder page = new MetricsBuilder();
    Map<Path, String> chips = chips();
    for (Quantity quantity : QUANTITIES) {
      readQuantity(page, quantity, chips);
    }
    readLabels(page, chips);
    readZones(page);
    return page.build();
  }

  private void readQuantity(MetricsBuilder page, Quantity quantity, Map<Path, String> chips) {
    boolean named = false;
    for (Map.Entry<Path, String> chip : chips.entrySet()) {
      for (String file : list(chip.getKey())) {
        Matcher sensor = quantity.attribute.matcher(file);
        Double value = sensor.matches() ? number(chip.getKey().resolve(file), quantity.unit) : null;
        if (value == null) {
          continue;
        }
        if (!named) {
          page.family(quantity.family, "gauge", quantity.help);
          named = true;
        }
        page.value(quantity.family, value, "chip", chip.getValue(), "sensor", sensor.group(1));
      }
    }
  }

  private void readLabels(MetricsBuilder page, Map<Path, String> chips) {
    boolean named = false;
    for (Map.Entry<Path, String> chip : chips.entrySet()) {
      for (String file : list(chip.getKey())) {
        Matcher sensor = LABEL.matcher(file);
        String label = sensor.matches() ? text(chip.getKey().resolve(file)) : "";
        if (label.isEmpty()) {
          continue;
        }
        if (!named) {
          page.family(LABEL_FAMILY, "gauge", "What the board calls a sensor; always 1.");
          named = true;
        }
        page.value(
            LABEL_FAMILY, 1, "chip", chip.getValue(), "label", label, "sensor", sensor.group(1));
      }
    }
  }

  private void readZones(MetricsBuilder page) {
    boolean named = false;
    for (String name : list(thermal)) {
      Matcher zone = ZONE.matcher(name);
      Double value = zone.matches() ? number(thermal.resolve(name).resolve("temp"), MILLI) : null;
      if (value == null) {
        continue;
      }
      if (!named) {
        page.family(ZONE_FAMILY, "gauge", "Temperature of a thermal zone.");
        named = true;
      }
      String type = text(thermal.resolve(name).resolve("type"));
      page.value(ZONE_FAMILY, value, "type", type, "zone", zone.group(1));
    }
  }

  /**
   * The hwmon devices and their names. Their own names are stable, unlike the kernel's numbers,
   * which follow the order of probes. The device behind a name distinguishes equal ones.
   */
  private Map<Path, String> chips() {
    Map<Path, String> names = new TreeMap<>();
    Map<String, Integer> count = new HashMap<>();
    for (String directory : list(hwmon)) {
      String name = text(hwmon.resolve(directory).resolve("name"));
      names.put(hwmon.resolve(directory), name.isEmpty() ? directory : name);
      count.merge(names.get(hwmon.resolve(directory)), 1, Integer::sum);
    }
    Map<Path, String> chips = new LinkedHashMap<>();
    names.forEach(
        (directory, name) ->
            chips.put(directory, count.get(name) == 1 ? name : name + "_" + device(directory)));
    return chips;
  }

  private static String device(Path directory) {
    try {
      return directory.resolve("device").toRealPath().getFileName().toString();
    } catch (IOException e) {
      return directory.getFileName().toString();
    }
  }

  /** Sorted names in a directory; none if it does not exist. */
  private static Set<String> list(Path directory) {
    Set<String> names = new TreeSet<>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
      entries.forEach(entry -> names.add(entry.getFileName().toString()));
    } catch (IOException e) {
      return names;
    }
    return names;
  }

  private static String text(Path file) {
    try {
      return Files.readString(file).strip();
    } catch (IOException e) {
      return "";
    }
  }

  /** Null when the sensor has no value now, for example because it is switched off. */
  private Double number(Path file, double unit) {
    try {
      double value = Long.parseLong(Files.readString(file).strip()) * unit;
      // 52.2 rather than 52.2000000001; no sensor is finer.
      return Math.round(value * 1e4) / 1e4;
    } catch (NumberFormatException e) {
      return refuse(file, "holds no number");
    } catch (IOException e) {
      return refuse(file, "cannot be read (" + e.getClass().getSimpleName() + ")");
    }
  }

  private Double refuse(Path file, String why) {
    errors.incrementAndGet();
    if (refused.add(file)) {
      LOG.log(Level.WARNING, "{0} {1}; its series is left out", file, why);
    }
    return null;
  }
}
