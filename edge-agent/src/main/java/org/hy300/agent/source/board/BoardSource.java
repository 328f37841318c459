// SPDX-License-Identifier: Apache-2.0
// The board's own sensors as a source: temperatures and fans.
package org.hy300.agent.source.board;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import org.hy300.agent.metrics.Metrics;
import org.hy300.agent.source.Source;
import org.hy300.agent.source.SubsystemListener;
import org.hy300.contract.Subsystems;

/**
 * The subsystem {@value #SUBSYSTEM}; it exists once there is a sensor. Sensors do not notify: they
 * are read whenever their state is published.
 */
public final class BoardSource implements Source {
  public static final String SUBSYSTEM = Subsystems.BOARD;

  /** A board without sensors may get some when their drivers are loaded. */
  private static final long LOOK_AGAIN_MS = 60_000;

  private final Vertx vertx;
  private final Sensors sensors;
  private final BooleanSupplier working;
  private final SubsystemListener listener;
  private boolean stopped;

  /**
   * Creates a source.
   *
   * @param classes /sys/class
   * @param working whether the projector works, which makes frequent readings useful
   * @param errors counts attributes that could not be read
   */
  public BoardSource(
      Vertx vertx,
      Path classes,
      BooleanSupplier working,
      AtomicLong errors,
      SubsystemListener listener) {
    this.vertx = vertx;
    this.working = working;
    this.listener = listener;
    sensors = new Sensors(classes, errors);
  }

  @Override
  public void start() {
    read()
        .onSuccess(
            found -> {
              if (stopped) {
                return;
              }
              if (found.values().isEmpty()) {
                vertx.setTimer(LOOK_AGAIN_MS, timer -> start());
              } else {
                listener.appeared(SUBSYSTEM, this::read, working);
              }
            });
  }

  @Override
  public void stop() {
    stopped = true;
  }

  /** Not ordered, so that the drivers' attributes do not wait for slow sensors. */
  private Future<Metrics> read() {
    return vertx.executeBlocking(sensors::read, false);
  }
}
