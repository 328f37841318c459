// SPDX-License-Identifier: Apache-2.0
// The simulator's thread: everything that happens to a projector happens on it, in sequence.
package org.hy300.simulator;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.concurrent.Callable;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** A failing task ends neither later tasks nor its own repetition. */
final class Clock implements AutoCloseable {
  private static final Logger LOG = System.getLogger(Clock.class.getName());

  private final ScheduledThreadPoolExecutor executor =
      new ScheduledThreadPoolExecutor(1, task -> new Thread(task, "simulator"));

  Clock() {
    executor.setRemoveOnCancelPolicy(true);
  }

  /** Runs a task at once and returns its result. */
  <T> Future<T> call(Callable<T> task) {
    return executor.submit(task);
  }

  void run(Runnable task) {
    executor.execute(guarded(task));
  }

  void after(long ms, Runnable task) {
    Future<?> unused = executor.schedule(guarded(task), ms, TimeUnit.MILLISECONDS);
  }

  /** Repeats a task until its turns are ended. */
  Turns every(long ms, Runnable task) {
    Future<?> turns = executor.scheduleWithFixedDelay(guarded(task), ms, ms, TimeUnit.MILLISECONDS);
    return () -> turns.cancel(false);
  }

  /** A repeated task. */
  interface Turns {
    void end();
  }

  private static Runnable guarded(Runnable task) {
    return () -> {
      try {
        task.run();
      } catch (RuntimeException e) {
        LOG.log(Level.ERROR, "the simulation goes on without this: {0}", e.toString());
      }
    };
  }

  /** Ends everything, including pending tasks. */
  @Override
  public void close() {
    executor.shutdownNow();
    try {
      if (!executor.awaitTermination(10, TimeUnit.SECONDS)) {
        LOG.log(Level.WARNING, "a task of the simulation has not ended");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
