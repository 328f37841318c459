// SPDX-License-Identifier: Apache-2.0
package org.hy300.collector.push;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.hy300.collector.PlayedFleet;
import org.hy300.collector.fleet.Row;
import org.hy300.collector.fleet.RowWatcher;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Sizes, order, age and bounds of what waits. */
@Timeout(60)
class PushQueueTest {
  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private final AtomicLong nanos = new AtomicLong();
  private final PushQueue queue =
      new PushQueue(3, PushQueue.LINGER_NANOS, nanos::get, new PushMetrics(registry));
  private final SeriesLabels labels = labels();
  private double next;

  private static SeriesLabels labels() {
    List<SeriesLabels> found = new ArrayList<>();
    PlayedFleet fleet =
        new PlayedFleet(
            new RowWatcher() {
              @Override
              public void message(Row row, double[] values, long time) {
                found.add(new SeriesLabels(row.layout()));
              }

              @Override
              public void shown(Row row, boolean shown) {}
            });
    fleet.online("p1", "a");
    fleet.state("p1", "motor", "a", 1, "\"x\":1");
    return found.get(0);
  }

  /** Adds samples that count on, as one message. */
  private void add(int samples) {
    Message message = new Message().begin(new byte[] {'p', '1'}, labels, 1_000_000_000_000L);
    for (int i = 0; i < samples; i++) {
      message.add(0, next++);
    }
    queue.add(message);
  }

  private double counted(String result) {
    return registry.get("hy300.push.samples").tag("result", result).counter().count();
  }

  private static List<Double> values(Batch batch) {
    return Sample.of(new WriteRequest().encode(batch)).stream().map(Sample::value).toList();
  }

  @Test
  void aRequestHasTwoThousandSamplesAtMostAndTheyStayInOrder() throws Exception {
    add(1_500);
    add(3_600);
    List<Integer> sizes = new ArrayList<>();
    List<Double> values = new ArrayList<>();
    queue.close();
    for (Batch batch = queue.take(); batch != null; batch = queue.take()) {
      sizes.add(batch.size());
      values.addAll(values(batch));
    }
    assertThat(sizes).containsExactly(2_000, 2_000, 1_100);
    assertThat(values).hasSize(5_100).isSorted().doesNotHaveDuplicates();
  }

  @Test
  void aBatchWaitsForASecondAndNoLonger() throws Exception {
    nanos.set(5 * SECOND);
    add(1);
    nanos.addAndGet(SECOND - 1);
    add(1);
    assertThat(queue.lagSeconds()).isBetween(0.99, 1.0);
    Thread taker = Thread.currentThread();
    Thread clock =
        new Thread(
            () -> {
              while (taker.getState() != Thread.State.TIMED_WAITING) {
                Thread.onSpinWait();
              }
              nanos.addAndGet(1);
            });
    clock.start();
    assertThat(queue.take().size()).isEqualTo(2);
    clock.join();
    // It is on its way until the next one is asked for.
    nanos.addAndGet(6 * SECOND);
    assertThat(queue.lagSeconds()).isEqualTo(7);
    queue.close();
    assertThat(queue.take()).isNull();
    assertThat(queue.lagSeconds()).isZero();
  }

  @Test
  void theOldestThatWaitIsLeftOutAndCounted() throws Exception {
    add(2_000);
    Batch onItsWay = queue.take();
    add(3 * 2_000 + 1);
    assertThat(counted("queue_full")).isZero();
    add(2_000);
    assertThat(counted("queue_full")).isEqualTo(2_000);
    assertThat(values(onItsWay).get(0)).isZero();
    assertThat(values(queue.take()).get(0)).isEqualTo(4_000);
    queue.abandon();
    assertThat(counted("unsent")).isEqualTo(3 * 2_000 + 1);
    assertThat(queue.lagSeconds()).isZero();
  }
}
