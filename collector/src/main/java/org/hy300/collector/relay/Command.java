// SPDX-License-Identifier: Apache-2.0
// One command and what became of it at each of its devices.
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
  /** Devices that the answer to a fleet command names: it must fit one message. */
  private static final int MAX_NAMED = 100;

  /** What a device of a command costs beside its name, roughly. */
  private static final int TARGET_BYTES = 300;

  private final CommandRequest request;

  /** Size of what was asked. */
  private final long asked;

  private final Map<String, Target> targets = new LinkedHashMap<>();
  private final Promise<Void> kept = Promise.promise();
  private final Promise<Void> ended = Promise.promise();
  private int open;

  /** The machine's clock may be set while the command is under way. */
  private final long beginNanos;

  private boolean told;

  /** Size of what is remembered of it. */
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

  /** How long ago it was asked for. */
  Duration age() {
    return Duration.ofNanos(System.nanoTime() - beginNanos);
  }

  /** Completes when the command is on the disk and will be answered, whatever happens. */
  public Future<Void> kept() {
    return kept.future();
  }

  /** Completes when all devices have ended it, and that is on the disk. */
  public Future<Void> ended() {
    return ended.future();
  }

  /** Whether a device has begun it and not ended it. */
  public boolean isBegun() {
    return targets.values().stream().anyMatch(Target::isBegun);
  }

  /** The terminal reply of a device; null before that. */
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

  /** What it costs while it is under way, which is no less when it has ended at some devices. */
  long weight() {
    return asked + (long) targets.size() * TARGET_BYTES;
  }

  /** What a command to so many devices would cost. */
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

  /** Whether the sender of a fleet command has its answer. */
  boolean isTold() {
    return told;
  }

  void nowTold() {
    told = true;
  }

  /** Whether a device has not ended it yet. */
  public boolean isOpen() {
    return open > 0;
  }

  /** The command as a resource: what was asked, and each device's part. */
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
   * One terminal reply for all devices: done when all of them are, otherwise failed with those that
   * are not.
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
            ErrorCode.PARTIAL, "not all devices have done it; 'not_done' says which and why"));
  }
}
