// SPDX-License-Identifier: Apache-2.0
// A keystone motor in a plain directory, for what needs no kernel.
package org.hy300.agent;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;

/** Looks at its files every millisecond and makes a step when there is one to make. */
final class DirectoryMotor implements AutoCloseable {
  private static final int MAX = 1000;
  private static final int LENGTH = 256;

  private final Path directory;
  private final Thread thread = new Thread(this::run, "motor");
  private int position = 8;
  private int target = 8;
  private boolean moving;
  private boolean homing;
  private boolean homed;
  private String fault = "none";
  private long made;

  /** What the next homing ends in. */
  volatile String homingFault = "none";

  /** While set, orders are taken and no step is made. */
  volatile boolean stuck;

  DirectoryMotor(Path classDirectory) throws IOException {
    directory = Files.createDirectories(classDirectory.resolve("motor"));
    for (String order : new String[] {"home", "stop"}) {
      Path file = directory.resolve(order);
      Files.writeString(file, "");
      Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("-w-------"));
    }
    Files.writeString(directory.resolve("uevent"), "");
    Files.writeString(directory.resolve("max_position"), MAX + "\n");
    write("target_position", "8");
    show();
    thread.start();
  }

  private void run() {
    try {
      while (true) {
        take();
        if (moving && !stuck) {
          step();
        }
        // The time that a step takes; nothing waits for it.
        Thread.sleep(1);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void take() throws IOException {
    if (consumed("stop") && moving) {
      target = position;
      write("target_position", Integer.toString(target));
      homing = false;
      moving = false;
      show();
    }
    if (consumed("home")) {
      homing = true;
      homed = false;
      target = 0;
      moving = true;
      show();
    }
    String wanted = read("target_position");
    if (!homing && !wanted.isEmpty() && Integer.parseInt(wanted) != target) {
      target = Integer.parseInt(wanted);
      moving = true;
      show();
    }
    if (!fault.equals("none") && read("fault").equals("none")) {
      fault = "none";
      show();
    }
  }

  private boolean consumed(String order) throws IOException {
    if (read(order).isEmpty()) {
      return false;
    }
    write(order, "");
    return true;
  }

  private void step() throws IOException {
    if (position != target) {
      position += Integer.signum(target - position);
      made++;
      show();
      return;
    }
    moving = false;
    if (homing) {
      homing = false;
      fault = homingFault;
      homed = fault.equals("none");
      write("target_position", "0");
    }
    show();
  }

  private void show() throws IOException {
    write("position", Integer.toString(position));
    write("homed", homed ? "1" : "0");
    write("fault", fault);
    write("limit_switch", "0");
    for (Map.Entry<String, Number> gauge :
        Map.<String, Number>of(
                "hy300_motor_position_steps", position, "hy300_motor_moving", moving ? 1 : 0)
            .entrySet()) {
      write(
          gauge.getKey(),
          "# HELP %1$s Test.%n# TYPE %1$s gauge%n%1$s %2$s"
              .formatted(gauge.getKey(), gauge.getValue()));
    }
    write(
        "steps_total",
        "# HELP hy300_motor_steps_total Steps.\n# TYPE hy300_motor_steps_total counter\n"
            + "hy300_motor_steps_total "
            + made);
    // Last, as the driver notifies it last.
    write("moving", moving ? "1" : "0");
  }

  /**
   * In place and only when it differs, as an attribute changes; in one write of always the same
   * length, so that no reader sees a half.
   */
  private void write(String attribute, String text) throws IOException {
    Path file = directory.resolve(attribute);
    if (!Files.exists(file) || !read(attribute).equals(text)) {
      Files.write(
          file,
          (text + "\n".repeat(LENGTH - text.length())).getBytes(StandardCharsets.UTF_8),
          StandardOpenOption.CREATE,
          StandardOpenOption.WRITE);
    }
  }

  private String read(String attribute) throws IOException {
    return Files.readString(directory.resolve(attribute)).strip();
  }

  @Override
  public void close() {
    thread.interrupt();
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
