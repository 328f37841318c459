// SPDX-License-Identifier: Apache-2.0
// Numbers events and sends them, in order, each with the time at which it happened.
package org.hy300.agent.event;

import io.vertx.core.json.JsonObject;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Instant;
import org.hy300.agent.AgentMetrics;
import org.hy300.contract.EventMessage;
import org.hy300.contract.Topics;
import org.hy300.mqtt.MqttSession;

/** Events wait in memory while the broker is away; the oldest are lost first, and counted. */
public final class EventPublisher {
  private static final Logger LOG = System.getLogger(EventPublisher.class.getName());

  private final MqttSession mqtt;
  private final Topics topics;
  private final String device;
  private final String session;
  private final AgentMetrics own;
  private long seq;
  private long lost;

  public EventPublisher(
      MqttSession mqtt, Topics topics, String device, String session, AgentMetrics own) {
    this.mqtt = mqtt;
    this.topics = topics;
    this.device = device;
    this.session = session;
    this.own = own;
  }

  /** Publishes what has just happened. */
  public void happened(String subsystem, String event, JsonObject data) {
    happened(subsystem, event, data, Instant.now());
  }

  /** Publishes what happened then. */
  public void happened(String subsystem, String event, JsonObject data, Instant time) {
    own.events.incrementAndGet();
    LOG.log(Level.INFO, "{0}: {1} {2}", subsystem, event, data.encode());
    seq++;
    EventMessage message = new EventMessage(session + "-" + seq, seq, time, event, data);
    mqtt.publish(topics.event(device, subsystem), message.toBuffer());
  }

  /** Counts an event that had to go because too many waited. */
  public void lost() {
    own.eventsDropped.incrementAndGet();
    lost++;
  }

  /** Tells the subscribers, once they can hear it, how many events they will never see. */
  public void connected() {
    if (lost > 0) {
      JsonObject data = new JsonObject().put("lost", lost);
      lost = 0;
      happened("agent", "gap", data);
    }
  }
}
