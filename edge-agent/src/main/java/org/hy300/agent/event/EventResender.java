// SPDX-License-Identifier: Apache-2.0
// Sends events from the journal again, and lists those that are gone.
package org.hy300.agent.event;

import io.vertx.core.Future;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import org.hy300.contract.Topics;
import org.hy300.mqtt.MqttSession;

/** For subscribers that were absent; others drop the duplicates by id. */
public final class EventResender {
  /** Events that are read and published at a time. */
  private static final int AT_ONCE = 100;

  /** Most holes in a result. */
  static final int MAX_HOLES = 100;

  private final EventLog log;
  private final MqttSession mqtt;
  private final Topics topics;
  private final String device;

  /** Sends the events of this log as those of the device. */
  public EventResender(EventLog log, MqttSession mqtt, Topics topics, String device) {
    this.log = log;
    this.mqtt = mqtt;
    this.topics = topics;
    this.device = device;
  }

  /**
   * Sends the events with these numbers in order.
   *
   * @return when the broker has them all: how many were sent, and the first and last number of each
   *     hole
   */
  public Future<JsonObject> resend(long first, long last) {
    return new Run(last).from(first);
  }

  private final class Run {
    private final long last;
    private final long newest;
    private final JsonArray holes = new JsonArray();
    private long sent;
    private long omitted;

    Run(long last) {
      this.last = last;
      newest = Math.min(last, log.readable());
    }

    private Future<JsonObject> from(long next) {
      if (next > newest) {
        return end(next);
      }
      return log.range(next, newest, AT_ONCE)
          .compose(events -> events.isEmpty() ? end(next) : send(next, events));
    }

    private Future<JsonObject> send(long next, List<EventLog.Kept> events) {
      List<Future<Void>> answers = new ArrayList<>();
      long at = next;
      for (EventLog.Kept event : events) {
        hole(at, event.number() - 1);
        at = event.number() + 1;
        answers.add(mqtt.publish(topics.event(device, event.subsystem()), event.message()));
      }
      sent += events.size();
      long after = at;
      return Future.all(answers).compose(done -> from(after));
    }

    private Future<JsonObject> end(long next) {
      hole(next, last);
      JsonObject result = new JsonObject().put("sent", sent).put("missing", holes);
      if (omitted > 0) {
        result.put("missing_omitted", omitted);
      }
      return Future.succeededFuture(result);
    }

    private void hole(long from, long to) {
      if (from > to) {
        return;
      }
      if (holes.size() < MAX_HOLES) {
        holes.add(new JsonArray().add(from).add(to));
      } else {
        omitted++;
      }
    }
  }
}
