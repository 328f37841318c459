// SPDX-License-Identifier: Apache-2.0
// One device of one command, and how far it has come there.
package org.hy300.collector.relay;

import io.vertx.core.json.JsonObject;
import java.time.Instant;
import org.hy300.contract.ReplyMessage;

/** Belongs to the event loop. */
final class Target {
  /** How far it has come. */
  enum Phase {
    /** Nothing was sent: the device is offline, or has enough to do. */
    WAITING("waiting"),
    /** Sent, and not heard of. */
    ASKED("sent"),
    ACCEPTED("accepted"),
    ENDED("");

    private final String word;

    Phase(String word) {
      this.word = word;
    }
  }

  final Command command;
  final String device;
  Phase phase = Phase.WAITING;

  /** The terminal reply; null before the end. */
  ReplyMessage reply;

  /** When it ended, or null. */
  Instant ended;

  /** From when on silence is an answer. */
  Instant verdict;

  /** When it is to be asked again (System.nanoTime). */
  long askAgainNanos;

  /** Whether it was asked after its expiry, which a device answers with what it knows. */
  boolean askedLate;

  /** Whether it waits to be published. */
  boolean outgoing;

  Target(Command command, String device) {
    this.command = command;
    this.device = device;
    verdict = command.request().expires();
  }

  String key() {
    return key(device, command.request().id());
  }

  static String key(String device, String id) {
    return device + "/" + id;
  }

  /** Not before its terminal reply is on the disk does a command show as ended. */
  JsonObject toJson() {
    JsonObject json = new JsonObject().put("device", device);
    return ended == null
        ? json.put("status", phase == Phase.ENDED ? Phase.ASKED.word : phase.word)
        : json.mergeIn(reply.toJson()).put("ended", ended.toString());
  }
}
