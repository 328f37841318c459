// SPDX-License-Identifier: Apache-2.0
// The board's thermistor, fan and thermal zone: warm while a picture streams.
package org.hy300.simulator;

import java.io.IOException;
import java.nio.file.Path;
import java.util.function.BooleanSupplier;
import java.util.random.RandomGenerator;

/** Files as in the kernel's classes hwmon and thermal. Belongs to the simulator's thread. */
final class BoardSensors {
  private static final double RESTING_CELSIUS = 41;
  private static final double WORKING_CELSIUS = 54;
  private static final double APPROACH = 0.05;
  private static final int FAN_RPM = 4_200;

  /** The fan speeds up from here, and reaches its maximum this far above. */
  private static final double FAN_CELSIUS = 35;

  private static final double FAN_SPAN = 30;
  private static final int FULL_PWM = 255;

  private final AttributeDirectory fan;
  private final AttributeDirectory thermistor;
  private final AttributeDirectory zone;
  private final BooleanSupplier working;
  private final RandomGenerator random;
  private double celsius = RESTING_CELSIUS;

  BoardSensors(Path classes, BooleanSupplier working, RandomGenerator random) throws IOException {
    this.working = working;
    this.random = random;
    fan =
        new AttributeDirectory(classes.resolve("hwmon/hwmon0"))
            .readable("name", "pwmfan")
            .readable("fan1_input", 0)
            .readable("pwm1", 0);
    thermistor =
        new AttributeDirectory(classes.resolve("hwmon/hwmon1"))
            .readable("name", "ntc_thermistor")
            .readable("temp1_input", 0)
            .readable("temp1_max", 55_000)
            .readable("temp1_crit", 60_000);
    zone =
        new AttributeDirectory(classes.resolve("thermal/thermal_zone0"))
            .readable("type", "cpu-thermal")
            .readable("temp", 0);
    pass();
  }

  /** Advances by some seconds. */
  void pass() {
    double goal = working.getAsBoolean() ? WORKING_CELSIUS : RESTING_CELSIUS;
    celsius += (goal - celsius) * APPROACH + random.nextGaussian() * 0.1;
    double drive = Math.min(1, Math.max(0.2, (celsius - FAN_CELSIUS) / FAN_SPAN));
    fan.set("pwm1", Math.round(drive * FULL_PWM));
    fan.set("fan1_input", Math.round(drive * FAN_RPM + random.nextGaussian() * 15));
    thermistor.set("temp1_input", Math.round(celsius * 10) * 100);
    zone.set("temp", Math.round((celsius + 8) * 1000));
    fan.flush();
    thermistor.flush();
    zone.flush();
  }

  void close() throws IOException {
    fan.close();
    thermistor.close();
    zone.close();
  }
}
