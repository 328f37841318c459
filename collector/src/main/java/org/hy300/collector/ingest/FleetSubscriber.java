// SPDX-License-Identifier: Apache-2.0
// The collector's session with the broker: what it subscribes to, and how long it may be trusted.
package org.hy300.collector.ingest;

import io.vertx.core.Vertx;
import io.vertx.mqtt.messages.MqttPublishMessage;
import java.util.List;
import org.hy300.collector.fleet.Fleet;
import org.hy300.contract.Limits;
import org.hy300.contract.Topics;
import org.hy300.mqtt.MqttSession;
import org.hy300.mqtt.Refusal;
import org.hy300.mqtt.Subscription;

/** Belongs to the event loop. */
public final class FleetSubscriber implements MqttSession.Listener {
  /** How long the broker may take to send what is retained. */
  private static final long SETTLE_MS = 10_000;

  private static final long TICK_MS = 1_000;

  /** Devices whose state is read again at once: a lossy burst must not become another one. */
  private static final int READ_AGAIN = 200;

  private final Vertx vertx;
  private final long graceMs;
  private final Fleet fleet;
  private final Ingest ingest;
  private final Topics topics;
  private MqttSession session;
  private volatile boolean connected;
  private volatile boolean everConnected;
  private long settleTimer = -1;
  private long withdrawTimer = -1;

  /** Creates the listener of a session that subscribes to {@link #subscriptions}. */
  public FleetSubscriber(
      Vertx vertx, int keepAliveSeconds, Topics topics, Fleet fleet, Ingest ingest) {
    this.vertx = vertx;
    graceMs = (long) (keepAliveSeconds * 1000 * Limits.KEEP_ALIVE_GRACE);
    this.topics = topics;
    this.fleet = fleet;
    this.ingest = ingest;
  }

  /** Connects the session, and looks after devices that are held back or miss a message. */
  public void start(MqttSession mqtt) {
    session = mqtt;
    session.start();
    vertx.setPeriodic(
        TICK_MS,
        timer -> {
          fleet.release(System.currentTimeMillis());
          readAgain();
        });
  }

  /** What was lost at QoS 0 is retained, or what came after it is. */
  private void readAgain() {
    List<String> devices = fleet.gaps(READ_AGAIN);
    if (!devices.isEmpty()
        && session.readRetained(devices.stream().map(topics::statesOf).toList())) {
      fleet.forgetGaps(devices);
    }
  }

  /**
   * What to subscribe to. QoS 0 where the retained message is the truth: a broker's queue limit
   * cuts a burst of retained QoS 1 messages, and the next state repairs a lost one. Of events the
   * broker sends so many as are not acknowledged, and states go past them.
   */
  public static List<Subscription> subscriptions(Topics topics) {
    return List.of(
        Subscription.of(topics.allDevices(Topics.Kind.STATUS), 0),
        Subscription.of(topics.allDevices(Topics.Kind.INFO), 0),
        Subscription.of(topics.allDevices(Topics.Kind.STATE), 0),
        Subscription.of(topics.allDevices(Topics.Kind.EVENT), 1),
        Subscription.of(topics.allDevices(Topics.Kind.SNAPSHOT), 0));
  }

  public boolean isConnected() {
    return connected;
  }

  /** Whether the fleet's picture may be shown: the broker was heard within 1.5 keep-alives. */
  public boolean isCurrent() {
    return everConnected && session.silenceMs() < graceMs;
  }

  @Override
  public void connected() {
    connected = true;
    everConnected = true;
    vertx.cancelTimer(withdrawTimer);
    settleTimer = vertx.setTimer(SETTLE_MS, timer -> fleet.settle());
  }

  @Override
  public void disconnected() {
    connected = false;
    // Not when it comes back: a broker may send what is retained before its SUBACK.
    fleet.doubtAll();
    vertx.cancelTimer(settleTimer);
    long left = Math.max(1, graceMs - session.silenceMs());
    withdrawTimer = vertx.setTimer(left, timer -> fleet.settle());
  }

  @Override
  public void received(MqttPublishMessage message) {
    ingest.message(message.topicName(), message.payload(), message.isRetain());
  }

  @Override
  public void failed(String topic) {
    ingest.failed(topic);
  }

  @Override
  public void refused(Refusal refusal) {
    ingest.refused(refusal.packet(), refusal.reason());
  }
}
