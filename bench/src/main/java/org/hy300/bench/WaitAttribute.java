// SPDX-License-Identifier: Apache-2.0
// Waits for an attribute with the agent's own watcher on the Vert.x event loop.
package org.hy300.bench;

import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import org.hy300.agent.Agent;
import org.hy300.agent.attribute.AttributeWatcher;

/**
 * Arguments: the attribute, how many wake-ups. Prints {@code ready}, then the times of the wake-ups
 * in ns of CLOCK_MONOTONIC, which is what {@link System#nanoTime} reads on Linux.
 */
final class WaitAttribute {
  private WaitAttribute() {}

  public static void main(String[] args) throws Exception {
    Path attribute = Path.of(args[0]);
    int count = Integer.parseInt(args[1]);
    long[] times = new long[count];
    CountDownLatch woken = new CountDownLatch(count);
    Vertx vertx = Agent.vertx();
    vertx
        .getOrCreateContext()
        .runOnContext(
            now -> {
              try {
                AttributeWatcher.forDirectory(vertx, attribute.getParent())
                    .watch(attribute, new Stopwatch(times, woken));
                System.out.println("ready");
              } catch (IOException e) {
                System.err.println(attribute + ": " + e);
                Runtime.getRuntime().halt(1);
              }
            });
    woken.await();
    for (long time : times) {
      System.out.println(time);
    }
    Runtime.getRuntime().halt(0);
  }

  /** Notes when each reading is there; the first one is the watcher's own. */
  private static final class Stopwatch implements AttributeWatcher.Handler {
    private final long[] times;
    private final CountDownLatch woken;
    private int readings = -1;

    Stopwatch(long[] times, CountDownLatch woken) {
      this.times = times;
      this.woken = woken;
    }

    @Override
    public void read(String content) {
      if (readings >= 0 && readings < times.length) {
        times[readings] = System.nanoTime();
        woken.countDown();
      }
      readings++;
    }

    @Override
    public void unreadable(IOException why) {
      throw new IllegalStateException(why);
    }

    @Override
    public void gone() {
      throw new IllegalStateException("the attribute has gone");
    }
  }
}
