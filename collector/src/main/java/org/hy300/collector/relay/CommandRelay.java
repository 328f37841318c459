// SPDX-License-Identifier: Apache-2.0
// Brings commands to their devices and sees to exactly one end for each, over restarts as well.
package org.hy300.collector.relay;

import io.vertx.core.Vertx;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.hy300.collector.relay.Target.Phase;
import org.hy300.contract.ErrorCode;
import org.hy300.contract.ReplyMessage;
import org.hy300.contract.ReplyMessage.Status;
import org.hy300.contract.Topics;
import org.hy300.mqtt.MqttSession;

/**
 * Belongs to the event loop. A device executes an identifier once and repeats what it answered, so
 * asking again is harmless: the relay asks until it is heard, asks again when it has missed
 * something, and asks once more when a command has expired, for then the device says what it knows.
 */
public final class CommandRelay {
  private static final Logger LOG = System.getLogger(CommandRelay.class.getName());

  /** Most devices of one command. */
  public static final int MAX_DEVICES = 10_000;

  /** Most that may be under way, each device of a command counted. */
  static final int MAX_OPEN = 20_000;

  /** Bytes of what was asked by commands that have not ended at all their devices. */
  private static final long MAX_OPEN_BYTES = 32L * 1024 * 1024;

  /** Stopping a motor finds room where nothing else does, but not without end. */
  private static final int ROOM_TO_STOP = 2;

  /** Commands that a device is given at once; agents refuse more than 8. */
  static final int PER_DEVICE = 4;

  /** Messages that are handed to the session before it has sent those before. */
  private static final int WINDOW = 500;

  private static final long TICK_MS = 250;
  private static final long ASK_AGAIN_SECONDS = 5;
  private static final long ASK_ACCEPTED_AGAIN_SECONDS = 30;

  /** What an answer may take beyond the expiry, clocks that differ included. */
  private static final Duration GRACE = Duration.ofSeconds(2);

  /** A collector that has just started hears of its devices in this time. */
  private static final Duration RECOVERY = Duration.ofSeconds(15);

  /** How long after the expiry a command that has begun may go on. */
  private static final Duration LONGEST = Duration.ofMinutes(10);

  private static final int SHOWN = 200;

  private static final class DeviceQueue {
    private final Deque<Target> waiting = new ArrayDeque<>();
    private int active;
  }

  private final Vertx vertx;
  private final MqttSession mqtt;
  private final Topics topics;
  private final Predicate<String> online;
  private final RelayStore store;
  private final RelayMetrics own;
  private final Map<String, Target> open = new LinkedHashMap<>();
  private final Map<String, DeviceQueue> queues = new HashMap<>();
  private final Deque<Target> outgoing = new ArrayDeque<>();
  private long openBytes;
  private boolean stopping;

  /**
   * Creates a relay.
   *
   * @param online whether a device's session is alive
   * @param store the commands on the disk
   */
  public CommandRelay(
      Vertx vertx,
      MqttSession mqtt,
      Topics topics,
      Predicate<String> online,
      RelayStore store,
      RelayMetrics own) {
    this.vertx = vertx;
    this.mqtt = mqtt;
    this.topics = topics;
    this.online = online;
    this.store = store;
    this.own = own;
  }

  /** Goes on with what an earlier run has left. */
  public void start() {
    Instant verdict = Instant.now().plus(RECOVERY);
    for (Command command : store.commands()) {
      if (command.isOpen()) {
        openBytes += command.weight();
      }
      for (Target target : command.targets()) {
        if (target.phase != Phase.ENDED) {
          // Whether it was sent is not known: it is asked for at once, and its silence waited out.
          if (target.phase == Phase.WAITING) {
            target.phase = Phase.ASKED;
          }
          if (target.verdict.isBefore(verdict)) {
            target.verdict = verdict;
          }
          target.askAgainNanos = System.nanoTime();
          open.put(target.key(), target);
          queue(target).active++;
        }
      }
    }
    if (!open.isEmpty()) {
      LOG.log(Level.INFO, "{0} commands of an earlier run are under way", open.size());
    }
    own.open(open.size());
    vertx.setPeriodic(TICK_MS, timer -> tick());
  }

  /** A command of that identifier, while it is remembered. */
  public Optional<Command> find(String id) {
    return Optional.ofNullable(store.find(id));
  }

  /** Whether commands can be kept. */
  public boolean isWritable() {
    return store.isWritable();
  }

  /** Commands under way, each device counted. */
  public int openCount() {
    return open.size();
  }

  /**
   * Takes a command.
   *
   * @param devices known ones, whether they are online or not
   * @param unknown names that nobody has heard of: at these it ends at once
   * @return the command, or the one of the same identifier that was given before
   */
  public Command submit(
      CommandRequest request, Collection<String> devices, Collection<String> unknown)
      throws RefusedException {
    Command same = store.find(request.id());
    if (same != null) {
      if (same.request().isSameAs(request)) {
        return same;
      }
      throw refuse(
          ErrorCode.ID_IN_USE,
          "another command has the id '" + request.id() + "'; choose a new one for a new command");
    }
    int count = devices.size() + unknown.size();
    if (stopping) {
      throw refuse(ErrorCode.STOPPING, "the collector is being stopped");
    }
    if (count > MAX_DEVICES) {
      throw refuse(
          ErrorCode.BUSY,
          count + " devices are meant, and a command may have " + MAX_DEVICES + "; select fewer");
    }
    Command command = new Command(request);
    devices.forEach(command::add);
    unknown.forEach(command::add);
    int room = request.stops() ? ROOM_TO_STOP : 1;
    if (open.size() + count > room * MAX_OPEN
        || openBytes + command.weight() > room * MAX_OPEN_BYTES) {
      throw refuse(
          ErrorCode.BUSY, open.size() + " commands are under way; try again when some have ended");
    }
    openBytes += command.weight();
    // One that stops a motor does so even when nothing can be kept.
    command.targets().forEach(target -> open.put(target.key(), target));
    own.open(open.size());
    store
        .add(command)
        .onSuccess(
            kept -> {
              command.nowKept();
              begin(command, Set.copyOf(unknown), kept || request.stops());
            });
    return command;
  }

  private RefusedException refuse(String code, String message) {
    own.refused(code);
    return new RefusedException(code, message);
  }

  private void begin(Command command, Set<String> unknown, boolean goes) {
    for (Target target : command.targets()) {
      if (unknown.contains(target.device)) {
        reject(target, ErrorCode.UNKNOWN_DEVICE, "no device of that name has been heard of");
      } else if (!goes) {
        reject(
            target,
            ErrorCode.UNAVAILABLE,
            "the collector's disk takes nothing, so the command could not be kept; see its log");
      } else if (command.request().stops() && online.test(target.device)) {
        queue(target).active++;
        ask(target);
      } else {
        queue(target).waiting.add(target);
        startNext(target.device);
      }
    }
  }

  private void reject(Target target, String code, String message) {
    end(target, ReplyMessage.ended(target.command.request().id(), Status.REJECTED, code, message));
  }

  private DeviceQueue queue(Target target) {
    return queues.computeIfAbsent(target.device, first -> new DeviceQueue());
  }

  private void startNext(String device) {
    DeviceQueue queue = queues.get(device);
    while (queue != null
        && queue.active < PER_DEVICE
        && !queue.waiting.isEmpty()
        && online.test(device)) {
      Target next = queue.waiting.remove();
      queue.active++;
      ask(next);
    }
  }

  private void ask(Target target) {
    if (target.phase == Phase.WAITING) {
      target.phase = Phase.ASKED;
    } else {
      own.resent();
    }
    target.askAgainNanos =
        System.nanoTime()
            + TimeUnit.SECONDS.toNanos(
                target.phase == Phase.ACCEPTED ? ASK_ACCEPTED_AGAIN_SECONDS : ASK_AGAIN_SECONDS);
    if (!target.outgoing) {
      target.outgoing = true;
      outgoing.add(target);
      send();
    }
  }

  private void send() {
    while (mqtt.isConnected() && mqtt.depth() < WINDOW && !outgoing.isEmpty()) {
      Target target = outgoing.remove();
      target.outgoing = false;
      if (target.phase != Phase.ENDED) {
        CommandRequest request = target.command.request();
        mqtt.publish(
                topics.command(target.device, request.subsystem(), request.action()),
                request.message().toBuffer())
            .onComplete(sent -> send());
      }
    }
  }

  /** The broker is connected again: what was answered meanwhile was not heard. */
  public void connected() {
    for (Target target : open.values()) {
      target.askAgainNanos = System.nanoTime();
    }
    send();
  }

  private void tick() {
    Instant now = Instant.now();
    long nanos = System.nanoTime();
    for (Target target : new ArrayList<>(open.values())) {
      if (target.phase != Phase.ENDED) {
        look(target, now, nanos);
      }
    }
    for (String device : List.copyOf(queues.keySet())) {
      startNext(device);
    }
    send();
  }

  private void look(Target target, Instant now, long nanos) {
    String id = target.command.request().id();
    boolean expired = !now.isBefore(target.command.request().expires());
    if (expired && target.phase == Phase.WAITING) {
      end(
          target,
          ReplyMessage.ended(
              id,
              Status.EXPIRED,
              ErrorCode.EXPIRED,
              "the device was offline or busy until it expired; nothing was sent"));
    } else if (target.phase == Phase.ACCEPTED && now.isAfter(target.verdict.plus(LONGEST))) {
      end(
          target,
          ReplyMessage.ended(
              id,
              Status.FAILED,
              ErrorCode.TIMEOUT,
              "the device has begun it and not said how it ended; see its state"));
    } else if (target.phase == Phase.ASKED && now.isAfter(target.verdict.plus(GRACE))) {
      end(
          target,
          ReplyMessage.ended(id, Status.EXPIRED, ErrorCode.TIMEOUT, "the device did not answer"));
    } else if (online.test(target.device)
        && target.phase != Phase.WAITING
        && (target.askAgainNanos - nanos <= 0
            || (expired && target.phase == Phase.ASKED && !target.askedLate))) {
      target.askedLate |= expired;
      ask(target);
    }
  }

  /** Takes a reply from a device. Those to commands of other senders are not ours to judge. */
  public void reply(String device, ReplyMessage reply) {
    Target target = open.get(Target.key(device, reply.id()));
    if (target == null || target.phase == Phase.ENDED) {
      return;
    }
    if (reply.status().isTerminal()) {
      end(target, reply);
    } else if (target.phase != Phase.ACCEPTED) {
      if (target.phase == Phase.WAITING) {
        // Another collector has sent it.
        queue(target).waiting.remove(target);
        queue(target).active++;
      }
      target.phase = Phase.ACCEPTED;
      target.askAgainNanos =
          System.nanoTime() + TimeUnit.SECONDS.toNanos(ASK_ACCEPTED_AGAIN_SECONDS);
      store.accepted(target);
    }
  }

  private void end(Target target, ReplyMessage reply) {
    DeviceQueue queue = queue(target);
    if (target.phase != Phase.WAITING) {
      queue.active--;
    } else {
      queue.waiting.remove(target);
    }
    if (queue.active == 0 && queue.waiting.isEmpty()) {
      queues.remove(target.device);
    }
    target.phase = Phase.ENDED;
    target.reply = reply;
    store.ended(target).onComplete(kept -> ended(target));
    startNext(target.device);
  }

  private void ended(Target target) {
    open.remove(target.key());
    own.open(open.size());
    CommandRequest request = target.command.request();
    own.ended(request.name(), target.reply.status().word(), target.command.age());
    String args = request.args().encode();
    LOG.log(
        Level.DEBUG,
        "command {0} of {1} to {2}: {3} {4}: {5}{6}",
        request.id(),
        request.by(),
        target.device,
        request.name(),
        args.length() > SHOWN ? args.substring(0, SHOWN) + "..." : args,
        target.reply.status().word(),
        target.reply.error() == null ? "" : ", " + target.reply.error().message());
    target.command.ended(target);
    if (!target.command.isOpen()) {
      openBytes -= target.command.weight();
      store.ended(target.command);
    }
  }

  /** Takes nothing more; what is under way goes on, and stays on the disk. */
  public void stop() {
    stopping = true;
  }

  /** Whether commands are taken. */
  public boolean isOpen() {
    return !stopping;
  }
}
