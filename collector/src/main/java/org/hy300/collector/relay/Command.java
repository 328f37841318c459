// SPDX-License-Identifier: Apache-2.0
// One command, and its result at each of its devices.
package org.hy300.collector.relay;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import org.hy300.contract.ErrorCode;
import org.hy300.contract.ReplyMessage;
import org.hy300.contract.ReplyMessage.Status;

/** Belongs to the event loop. */
public final class Command {
  /** Most devices that the reply to a fleet command names: it must fit into one message. */
  private static final int MAX_NAMED = 100;

  /** Approximate memory for a device of a command, in addition to its name. */
  private static final int TARGET_BYTES = 300;

  private final CommandRequest request;

  /** Size of the request. */
  private final long asked;

  private final Map<String, Target> targets = new LinkedHashMap<>();
  private final Promise<Void> kept = Promise.promise();
  private final Promise<Void> ended = Promise.promise();
  private int open;

  /** Independent of the machine's clock, which may be set while the command is under way. */
  private final long beginNanos;

  private boolean told;

  /** Size of the stored command. */
  private long bytes;

  Command(CommandRequest request) {
    this.request = request;
    asked = size(request);
    bytes = asked;
    long age = Duration.between(request.issued(), Instant.now()).toNanos();
    beginNanos = System.nanoTime() - Math.max(0, age);
  }

  public CommandRequest request() {
    return request;
  }

  /** Time since the request. */
  Duration age() {
    return Duration.ofNanos(System.nanoTime() - beginNanos);
  }

  /** Completes when the command is on disk and a reply is certain. */
  public Future<Void> kept() {
    return kept.future();
  }

  /** Completes when the command has ended at all devices, and that is on disk. */
  public Future<Void> ended() {
    return ended.future();
  }

  /** Whether the command has started and not ended at some device. */
  public boolean isBegun() {
    return targets.values().stream().anyMatch(Target::isBegun);
  }

  /** The final reply of a device; null before that. */
  public ReplyMessage reply(String device) {
    return targets.get(device).reply();
  }

  Collection<Target> targets() {
    return targets.values();
  }

  Target target(String device) {
    return targets.get(device);
  }

  long bytes() {
    return bytes;
  }

  /** Its memory while it is under way, which does not decrease when some devices have ended it. */
  long weight() {
    return asked + (long) targets.size() * TARGET_BYTES;
  }

  /** The memory that a command to this many devices would need. */
  static long weight(CommandRequest request, int devices) {
    return size(request) + (long) devices * TARGET_BYTES;
  }

  private static long size(CommandRequest request) {
    return (long) request.args().encode().length() + request.asked().encode().length();
  }

  void add(String device) {
    if (targets.putIfAbsent(device, new Target(this, device)) == null) {
      open++;
      bytes += device.length();
    }
  }

  void nowKept() {
    kept.tryComplete();
  }

  void ended(Target target) {
    bytes += target.reply().toBuffer().length();
    open--;
    if (open == 0) {
      ended.tryComplete();
    }
  }

  /** Whether the sender of a fleet command has been sent its reply. */
  boolean isTold() {
    return told;
  }

  void nowTold() {
    told = true;
  }

  /** Whether some device has not ended it yet. */
  public boolean isOpen() {
    return open > 0;
  }

  /** The command as a resource: the request, and the state at each device. */
  public JsonObject toJson() {
    JsonArray devices = new JsonArray();
    targets.values().forEach(target -> devices.add(target.toJson()));
    return new JsonObject()
        .put("id", request.id())
        .put("command", request.name())
        .put("args", request.args())
        .put("issued", request.issued().toString())
        .put("expires", request.expires().toString())
        .put("by", request.by())
        .put("state", isOpen() ? "running" : "ended")
        .put("targets", devices);
  }

  /**
   * One final reply for all devices: done if all of them are, otherwise failed, with the devices
   * that are not.
   */
  ReplyMessage summary() {
    Map<String, Integer> counts = new TreeMap<>();
    JsonObject others = new JsonObject();
    for (Target target : targets.values()) {
      ReplyMessage reply = target.reply();
      counts.merge(reply.status().word(), 1, Integer::sum);
      if (reply.status() != Status.DONE && others.size() < MAX_NAMED) {
        others.put(
            target.device, reply.error() == null ? reply.status().word() : reply.error().code());
      }
    }
    JsonObject result = new JsonObject().put("devices", targets.size());
    counts.forEach(result::put);
    if (others.isEmpty()) {
      return ReplyMessage.done(request.id(), result);
    }
    return new ReplyMessage(
        request.id(),
        Status.FAILED,
        result.put("not_done", others),
        new ReplyMessage.Reason(
            ErrorCode.PARTIAL,
            "not all devices have done it; 'not_done' lists the others and their reasons"));
  }
}
