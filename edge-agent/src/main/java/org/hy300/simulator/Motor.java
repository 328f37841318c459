// SPDX-License-Identifier: Apache-2.0
// The keystone motor: moves that take time, homing to a limit switch, faults.
package org.hy300.simulator;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.random.RandomGenerator;

/** Attributes as in the ABI document sysfs-class-hy300-motor. Belongs to the simulator's thread. */
final class Motor {
  private static final int MAX_POSITION = 1000;
  private static final int HOMING_STEPS = 1000;
  private static final int BACKOFF_STEPS = 64;
  private static final int MARGIN_STEPS = 4;
  private static final int STEP_MS = 3;

  /** The mechanical end is soon after the limit switch: the rotor slips there. */
  private static final int END_STOP = -10;

  /** Notifications coalesce, so nobody sees each step, and not every step is written to a file. */
  private static final long TICK_MS = 20;

  private static final long PAGES_NANOS = 100_000_000;

  private static final String NO_FAULT = "none";
  private static final String[] SWITCH_MODES = {"ok", "stuck_open", "stuck_closed"};

  private enum Task {
    NONE,
    MOVE,
    SEEK,
    BACK_OFF,
    MARGIN
  }

  private final AttributeDirectory attributes;
  private final AttributeDirectory knobs;
  private final Clock clock;

  /** The rotor's real position, in steps from where the switch closes. */
  private int rotor;

  private String switchMode = "ok";
  private int stepMs = STEP_MS;

  private int position;
  private int target;
  private int start;
  private int budget;
  private Task task = Task.NONE;
  private boolean homed;
  private boolean closed;
  private String fault = NO_FAULT;
  private String homing = "unhomed";
  private Clock.Turns ticks;
  private long steppedNanos;
  private long pagesNanos;

  private long movements;
  private long steps;
  private long homingAttempts;
  private long homingSuccesses;
  private long positionChanges;
  private long limitTriggers;

  Motor(Path classDirectory, AttributeDirectory knobs, Clock clock, RandomGenerator random)
      throws IOException {
    this.knobs = knobs;
    this.clock = clock;
    rotor = 30 + random.nextInt(50);
    attributes =
        new AttributeDirectory(classDirectory.resolve("motor"))
            .readable("position", position)
            .writable("target_position", target, this::move)
            .readable("homed", 0)
            .readable("limit_switch", 0)
            .readable("max_position", MAX_POSITION)
            .writable("fault", fault, this::clearFault)
            .order("home", this::home)
            .order("stop", this::stop)
            // Last: when it is 0, all other attributes are final.
            .readable("moving", 0);
    knobs
        .writable("motor_switch_mode", switchMode, this::setSwitchMode)
        .writable("motor_step_ms", stepMs, this::setStepMs);
    show(true);
  }

  AttributeDirectory attributes() {
    return attributes;
  }

  private void move(String text) {
    int wanted = number(text);
    boolean taken =
        wanted >= 0 && wanted <= MAX_POSITION && fault.equals(NO_FAULT) && homed && !isHoming();
    if (taken && (isMoving() || wanted != position)) {
      target = wanted;
      begin(Task.MOVE);
    }
    // Restores the value after a refusal: the kernel's driver returns ERANGE, EIO or EAGAIN.
    show(true);
  }

  private void home(String text) {
    if (!fault.equals(NO_FAULT) || isHoming()) {
      return;
    }
    homingAttempts++;
    homed = false;
    homing = "seeking";
    target = 0;
    budget = HOMING_STEPS;
    begin(Task.SEEK);
    show(true);
  }

  private void stop(String text) {
    if (isMoving()) {
      end();
    }
  }

  private void clearFault(String text) {
    if (!isMoving()) {
      fault = NO_FAULT;
      homing = homed ? "homed" : "unhomed";
    }
    show(true);
  }

  private void setSwitchMode(String mode) {
    if (Arrays.asList(SWITCH_MODES).contains(mode)) {
      switchMode = mode;
    }
    knobs.set("motor_switch_mode", switchMode);
    sample();
    show(true);
  }

  private void setStepMs(String text) {
    if (number(text) > 0) {
      stepMs = number(text);
    }
    knobs.set("motor_step_ms", stepMs);
  }

  private static int number(String text) {
    try {
      return Integer.parseInt(text);
    } catch (NumberFormatException e) {
      return -1;
    }
  }

  private boolean isMoving() {
    return task != Task.NONE;
  }

  private boolean isHoming() {
    return isMoving() && task != Task.MOVE;
  }

  private void begin(Task next) {
    movements++;
    if (!isMoving()) {
      start = position;
      steppedNanos = System.nanoTime();
      ticks = clock.every(TICK_MS, this::tick);
    }
    task = next;
  }

  private void tick() {
    long step = stepMs * 1_000_000L;
    while (isMoving() && System.nanoTime() - steppedNanos >= step) {
      steppedNanos += step;
      advance();
    }
    if (isMoving()) {
      show(false);
    }
  }

  /** Makes one step, or ends the current motion. */
  private void advance() {
    boolean isClosed = sample();
    switch (task) {
      case MOVE -> {
        if (isClosed) {
          fail("limit_switch_unexpected");
        } else if (position == target) {
          end();
        } else {
          step(Integer.signum(target - position));
        }
      }
      case SEEK -> {
        if (isClosed) {
          position = 0;
          homing = "backing_off";
          task = Task.BACK_OFF;
          budget = BACKOFF_STEPS;
        } else if (budget-- == 0) {
          fail("homing_timeout");
        } else {
          step(-1);
        }
      }
      case BACK_OFF -> {
        if (!isClosed) {
          task = Task.MARGIN;
          budget = MARGIN_STEPS;
        } else if (budget-- == 0) {
          fail("limit_switch_stuck");
        } else {
          step(1);
        }
      }
      case MARGIN -> {
        if (isClosed) {
          fail("limit_switch_stuck");
        } else if (budget-- == 0) {
          position = 0;
          homed = true;
          homing = "homed";
          homingSuccesses++;
          end();
        } else {
          step(1);
        }
      }
      case NONE -> throw new IllegalStateException("a step of a motor that rests");
    }
  }

  private void step(int direction) {
    rotor = Math.max(END_STOP, rotor + direction);
    position += direction;
    steps++;
  }

  private boolean sample() {
    boolean now =
        switch (switchMode) {
          case "stuck_closed" -> true;
          case "stuck_open" -> false;
          default -> rotor <= 0;
        };
    if (now && !closed) {
      limitTriggers++;
    }
    closed = now;
    return now;
  }

  private void fail(String reason) {
    fault = reason;
    homed = false;
    homing = isHoming() ? "failed" : "unhomed";
    end();
  }

  private void end() {
    if (homing.equals("seeking") || homing.equals("backing_off")) {
      homing = "unhomed";
    }
    if (position != start) {
      positionChanges++;
    }
    task = Task.NONE;
    target = position;
    ticks.end();
    show(true);
  }

  private void show(boolean pagesToo) {
    attributes.set("position", position);
    attributes.set("target_position", target);
    attributes.set("homed", homed);
    attributes.set("limit_switch", closed);
    attributes.set("fault", fault);
    attributes.set("moving", isMoving());
    if (pagesToo || System.nanoTime() - pagesNanos > PAGES_NANOS) {
      pagesNanos = System.nanoTime();
      showPages();
    }
    attributes.flush();
  }

  private void showPages() {
    attributes.page(
        "current_position",
        new ExpositionPage()
            .value("hy300_motor_position_steps", position)
            .value("hy300_motor_target_steps", target)
            .value("hy300_motor_max_position_steps", MAX_POSITION)
            .value("hy300_motor_moving", isMoving()));
    attributes.page(
        "homed_status",
        new ExpositionPage()
            .value("hy300_motor_homed", homed)
            .states("hy300_motor_homing_state", homing)
            .states("hy300_motor_fault", fault));
    counter("movements_total", movements);
    counter("homing_attempts_total", homingAttempts);
    counter("homing_successes_total", homingSuccesses);
    counter("step_errors_total", 0);
    attributes.page(
        "position_changes_total",
        attributes.changes(
            new ExpositionPage().value("hy300_motor_position_changes_total", positionChanges),
            "hy300_motor_state_changes_total"));
    attributes.page(
        "steps_total",
        new ExpositionPage()
            .value("hy300_motor_steps_total", steps)
            .value("hy300_motor_step_interval_seconds", stepMs / 1e3));
    // Each half step changes one line.
    ExpositionPage phases =
        new ExpositionPage().value("hy300_motor_gpio_phase_transitions_total", steps);
    for (int line = 0; line < 4; line++) {
      boolean driven = isMoving() && Math.floorMod(position / 2, 4) == line;
      phases.value("hy300_motor_gpio_state", driven ? 1 : 0, "line", "phase" + line);
    }
    attributes.page("gpio_phase_transitions_total", phases);
    attributes.page(
        "limit_switch_triggers_total",
        new ExpositionPage()
            .value("hy300_motor_limit_switch_triggers_total", limitTriggers)
            .value("hy300_motor_limit_switch", closed));
  }

  private void counter(String attribute, long value) {
    attributes.page(attribute, new ExpositionPage().value("hy300_motor_" + attribute, value));
  }
}
