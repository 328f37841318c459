// SPDX-License-Identifier: Apache-2.0
// A watcher on an event loop, and a list of its reports.
package org.hy300.agent.attribute;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.hy300.agent.Agent;
import org.junit.jupiter.api.AfterEach;

/** The Vert.x is the agent's own: with native transport, unless that is switched off. */
abstract class WatcherFixture {
  final Vertx vertx = Agent.vertx();
  final List<String> readings = new CopyOnWriteArrayList<>();
  AttributeWatcher watcher;
  private final Context context = vertx.getOrCreateContext();

  @AfterEach
  final void close() throws Exception {
    onLoop(
        () -> {
          watcher.close();
          return null;
        });
    vertx.close().toCompletionStage().toCompletableFuture().get(60, TimeUnit.SECONDS);
  }

  interface Step<T> {
    T run() throws IOException;
  }

  final <T> T onLoop(Step<T> step) throws Exception {
    return Future.<T>future(
            done ->
                context.runOnContext(
                    now -> {
                      try {
                        done.complete(step.run());
                      } catch (IOException e) {
                        done.fail(e);
                      }
                    }))
        .toCompletionStage()
        .toCompletableFuture()
        .get(60, TimeUnit.SECONDS);
  }

  final AttributeWatcher.Watch watch(Path attribute) throws Exception {
    return watch(attribute, readings);
  }

  final AttributeWatcher.Watch watch(Path attribute, List<String> into) throws Exception {
    return onLoop(
        () ->
            watcher.watch(
                attribute,
                new AttributeWatcher.Handler() {
                  @Override
                  public void read(String content) {
                    assertThat(Vertx.currentContext()).isSameAs(context);
                    into.add(content);
                  }

                  @Override
                  public void unreadable(IOException why) {
                    into.add(why.toString());
                  }

                  @Override
                  public void gone() {
                    into.add("gone");
                  }
                }));
  }

  final void awaitReadings(int count) {
    await().atMost(60, TimeUnit.SECONDS).until(() -> readings.size() >= count);
  }

  final void awaitReading(String content) {
    await().atMost(60, TimeUnit.SECONDS).until(() -> readings.contains(content));
  }
}
