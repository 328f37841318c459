// SPDX-License-Identifier: Apache-2.0
// Carries samples from the thread that reads /proc to the event loop.
package org.hy300.agent.source.process;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.atomic.AtomicLong;

/** Bounded. A sample that finds it full is dropped and counted; nobody waits. */
final class SampleChannel {
  private final BlockingQueue<ProcessSample> queue;
  private final AtomicLong dropped;

  SampleChannel(int capacity, AtomicLong dropped) {
    queue = new ArrayBlockingQueue<>(capacity);
    this.dropped = dropped;
  }

  void offer(ProcessSample sample) {
    if (!queue.offer(sample)) {
      dropped.incrementAndGet();
    }
  }

  /** Takes all waiting samples, oldest first. */
  List<ProcessSample> take() {
    List<ProcessSample> samples = new ArrayList<>();
    queue.drainTo(samples);
    return samples;
  }
}
