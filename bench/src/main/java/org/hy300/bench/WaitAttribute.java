// SPDX-License-Identifier: Apache-2.0
// Waits for an attribute with the agent's own watcher on the Vert.x event loop.
package org.hy300.bench;

import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Path;
import org.hy300.agent.Agent;
import org.hy300.agent.attribute.AttributeWatcher;

/**
 * Argument: the attribute. Prints {@code ready} and, after three seconds without a wake-up, the
 * times of the wake-ups in ns of CLOCK_MONOTONIC, the clock of {@link System#nanoTime} on Linux.
 */
final class WaitAttribute {
  private WaitAttribute() {}

  public static void main(String[] args) throws Exception {
    Path attribute = Path.of(args[0]);
    Arrivals wakes = new Arrivals();
    Vertx vertx = Agent.vertx();
    vertx
        .getOrCreateContext()
        .runOnContext(
            now -> {
              try {
                AttributeWatcher.forDirectory(vertx, attribute.getParent())
                    .watch(attribute, new Stopwatch(wakes));
                System.out.println("ready");
              } catch (IOException e) {
                System.err.println(attribute + ": " + e);
                Runtime.getRuntime().halt(1);
              }
            });
    wakes.untilQuiet().forEach(System.out::println);
    Runtime.getRuntime().halt(0);
  }

  /** Records the time of each reading; the first one is the watcher's own. */
  private static final class Stopwatch implements AttributeWatcher.Handler {
    private final Arrivals wakes;
    private boolean first = true;

    Stopwatch(Arrivals wakes) {
      this.wakes = wakes;
    }

    @Override
    public void read(String content) {
      if (!first) {
        wakes.now();
      }
      first = false;
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
