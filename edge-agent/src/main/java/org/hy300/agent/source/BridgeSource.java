// SPDX-License-Identifier: Apache-2.0
// The daedalus bridge as a source: the history of the drivers' transitions, each with the kernel's
// time.
package org.hy300.agent.source;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import org.hy300.agent.metrics.AgentMetrics;
import org.hy300.contract.CommandCatalogue;

/** The bridge's daemon: sends HELLO, answers PING, passes NOTIFY on. Belongs to the event loop. */
public final class BridgeSource implements Source {
  private static final Logger LOG = System.getLogger(BridgeSource.class.getName());

  /** The round trip to the kernel is measured this often. */
  private static final long HELLO_MS = 60_000;

  private static final Duration ANSWER = CommandCatalogue.get("agent/ping").end().patience();

  /** Receives the transitions. */
  public interface Listener {
    /** From now on every transition is reported. Earlier changes must be read from sysfs. */
    void began();

    void transition(String device, String attribute, String now, Instant time);

    /** This many transitions were lost because this reader was too slow. */
    void lost(long transitions);

    /** The bridge is gone; nothing is reported until {@link #began} is called again. */
    void ended();
  }

  private final Vertx vertx;
  private final AgentMetrics own;
  private final Listener listener;
  private final DeviceReader reader;
  private int cookie;
  private Promise<Duration> answer;
  private long helloNanos;
  private long next;
  private boolean begun;

  public BridgeSource(Vertx vertx, Path device, AgentMetrics own, Listener listener) {
    this.vertx = vertx;
    this.own = own;
    this.listener = listener;
    reader =
        new DeviceReader(
            vertx,
            device,
            BridgeMessage.HEADER_BYTES + BridgeMessage.MAX_PAYLOAD_BYTES,
            new Daemon());
  }

  @Override
  public void start() {
    reader.start();
    vertx.setPeriodic(HELLO_MS, timer -> hello());
  }

  @Override
  public void stop() {
    reader.stop();
  }

  /**
   * Sends another HELLO and times the kernel's answer.
   *
   * @return the round trip; fails without a bridge, or without an answer within 5 s
   */
  public Future<Duration> hello() {
    if (answer != null) {
      return answer.future();
    }
    Promise<Duration> asked = Promise.promise();
    helloNanos = System.nanoTime();
    try {
      reader.write(
          new BridgeMessage(BridgeMessage.HELLO, ++cookie, ByteBuffer.allocate(0)).toBytes());
    } catch (IOException e) {
      return Future.failedFuture(e);
    }
    answer = asked;
    vertx.setTimer(
        ANSWER.toMillis(),
        timer -> {
          if (answer == asked) {
            answer = null;
            asked.fail("the bridge has not answered within " + ANSWER.toSeconds() + " s");
          }
        });
    return asked.future();
  }

  private final class Daemon implements DeviceReader.Handler {
    @Override
    public void opened() {
      hello().onFailure(error -> LOG.log(Level.WARNING, "HELLO failed: {0}", error.getMessage()));
    }

    @Override
    public void received(byte[] bytes) {
      try {
        BridgeMessage message = BridgeMessage.parse(bytes);
        switch (message.type()) {
          case BridgeMessage.PING -> pong(message);
          case BridgeMessage.NOTIFY -> notified(message.transition());
          case BridgeMessage.HELLO_RESPONSE -> answered(message);
          default -> own.bridgeErrors.incrementAndGet();
        }
      } catch (IllegalArgumentException | IOException e) {
        own.bridgeErrors.incrementAndGet();
        LOG.log(Level.WARNING, "bridge: {0}", e.getMessage());
      }
    }

    @Override
    public void closed() {
      answer = null;
      if (begun) {
        begun = false;
        listener.ended();
      }
    }
  }

  private void pong(BridgeMessage ping) throws IOException {
    own.bridgePings.incrementAndGet();
    reader.write(new BridgeMessage(BridgeMessage.PONG, ping.cookie(), ping.payload()).toBytes());
  }

  private void answered(BridgeMessage message) {
    long sequence = message.hello().sequence();
    if (begun) {
      missed(sequence);
    } else {
      begun = true;
      next = sequence;
      LOG.log(Level.INFO, "bridge: transitions from number {0} on", sequence);
      listener.began();
    }
    if (answer != null && message.cookie() == cookie) {
      long nanos = System.nanoTime() - helloNanos;
      own.bridgeRoundTripNanos = nanos;
      Promise<Duration> asked = answer;
      answer = null;
      asked.complete(Duration.ofNanos(nanos));
    }
  }

  private void notified(BridgeMessage.Notify notify) {
    missed(notify.sequence());
    next = notify.sequence() + 1;
    own.bridgeTransitions.incrementAndGet();
    Instant time = Instant.now().minusNanos(System.nanoTime() - notify.ktimeNanos());
    TransitionNames.of(notify)
        .ifPresentOrElse(
            change -> listener.transition(change.device(), change.attribute(), change.now(), time),
            () -> own.bridgeErrors.incrementAndGet());
  }

  /** Everything below this number that has not come was lost: the queue has been read up to it. */
  private void missed(long sequence) {
    long lost = sequence - next;
    if (lost > 0) {
      own.bridgeTransitionsLost.addAndGet(lost);
      next = sequence;
      listener.lost(lost);
    }
  }
}
