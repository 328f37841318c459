// SPDX-License-Identifier: Apache-2.0
package org.hy300.agent.source.board;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.hy300.agent.metrics.Metrics;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SensorsTest {
  @TempDir private Path directory;
  private final AtomicLong errors = new AtomicLong();

  private void put(String file, String content) throws IOException {
    Path path = directory.resolve("class").resolve(file);
    Files.createDirectories(path.getParent());
    Files.writeString(path, content + "\n");
  }

  private Metrics read() {
    return new Sensors(directory.resolve("class"), errors).read();
  }

  @Test
  void sensorsHaveTheNamesOfTheFieldAndBaseUnits() throws Exception {
    put("hwmon/hwmon0/name", "pwmfan");
    put("hwmon/hwmon0/fan1_input", "2340");
    put("hwmon/hwmon0/fan1_min", "1000");
    put("hwmon/hwmon0/pwm1", "51");
    put("hwmon/hwmon0/pwm1_enable", "1");
    put("hwmon/hwmon1/name", "ntc_thermistor");
    put("hwmon/hwmon1/temp1_input", "52200");
    put("hwmon/hwmon1/temp1_label", "lamp \"A\"");
    put("hwmon/hwmon1/temp1_max", "55000");
    put("hwmon/hwmon1/temp1_crit", "60000");
    put("hwmon/hwmon1/temp2_input", "-5500");
    put("thermal/thermal_zone0/type", "cpu-thermal");
    put("thermal/thermal_zone0/temp", "61123");
    put("thermal/cooling_device0/type", "pwm-fan");
    Metrics metrics = read();
    assertThat(metrics.values())
        .isEqualTo(
            Map.ofEntries(
                Map.entry(
                    "hy300_board_hwmon_temp_celsius{chip=\"ntc_thermistor\",sensor=\"temp1\"}",
                    52.2),
                Map.entry(
                    "hy300_board_hwmon_temp_celsius{chip=\"ntc_thermistor\",sensor=\"temp2\"}",
                    -5.5),
                Map.entry(
                    "hy300_board_hwmon_temp_max_celsius{chip=\"ntc_thermistor\",sensor=\"temp1\"}",
                    55.0),
                Map.entry(
                    "hy300_board_hwmon_temp_crit_celsius{chip=\"ntc_thermistor\",sensor=\"temp1\"}",
                    60.0),
                Map.entry("hy300_board_hwmon_fan_rpm{chip=\"pwmfan\",sensor=\"fan1\"}", 2340.0),
                Map.entry("hy300_board_hwmon_fan_min_rpm{chip=\"pwmfan\",sensor=\"fan1\"}", 1000.0),
                Map.entry("hy300_board_hwmon_pwm_ratio{chip=\"pwmfan\",sensor=\"pwm1\"}", 0.2),
                Map.entry(
                    "hy300_board_hwmon_sensor_label{chip=\"ntc_thermistor\",label=\"lamp \\\"A\\\"\",sensor=\"temp1\"}",
                    1),
                Map.entry(
                    "hy300_board_thermal_zone_temp_celsius{type=\"cpu-thermal\",zone=\"0\"}",
                    61.123)));
    assertThat(metrics.families()).hasSize(8);
    assertThat(errors).hasValue(0);
  }

  @Test
  void equalChipsAreToldApartByTheirDevices() throws Exception {
    for (String number : new String[] {"0", "1"}) {
      put("hwmon/hwmon" + number + "/name", "lm75");
      put("hwmon/hwmon" + number + "/temp1_input", number + "000");
      Path device = Files.createDirectories(directory.resolve("i2c/1-004" + number));
      Files.createSymbolicLink(directory.resolve("class/hwmon/hwmon" + number + "/device"), device);
    }
    assertThat(read().values())
        .isEqualTo(
            Map.of(
                "hy300_board_hwmon_temp_celsius{chip=\"lm75_1-0040\",sensor=\"temp1\"}", 0.0,
                "hy300_board_hwmon_temp_celsius{chip=\"lm75_1-0041\",sensor=\"temp1\"}", 1.0));
  }

  @Test
  void aSensorWithoutAValueIsLeftOutAndCounted() throws Exception {
    put("hwmon/hwmon0/name", "lm75");
    put("hwmon/hwmon0/temp1_input", "21000");
    put("hwmon/hwmon0/temp2_input", "nonsense");
    Files.createDirectories(directory.resolve("class/thermal/thermal_zone0"));
    assertThat(read().values())
        .containsOnlyKeys("hy300_board_hwmon_temp_celsius{chip=\"lm75\",sensor=\"temp1\"}");
    assertThat(errors).hasValue(2);
  }

  @Test
  void aBoardWithoutSensorsHasNoSeries() {
    assertThat(read().values()).isEmpty();
    assertThat(new Sensors(Path.of("/sys/class"), errors).read().families().keySet())
        .allMatch(family -> family.startsWith("hy300_board_"));
  }
}
