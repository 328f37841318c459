// SPDX-License-Identifier: Apache-2.0
// Sends commands to their devices and ensures exactly one end for each, even across restarts.
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
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.hy300.contract.ErrorCode;
import org.hy300.contract.ReplyMessage;
import org.hy300.contract.ReplyMessage.Status;
import org.hy300.contract.Topics;
import org.hy300.mqtt.Headers;
import org.hy300.mqtt.MqttSession;

/**
 * Belongs to the event loop. A device runs an identifier once and repeats its reply, so it is safe
 * to ask again. The relay repeats a command until the device replies, and after it may have missed
 * a reply. It also does so once after the expiry, when the device reports its result.
 */
public final class CommandRelay {
  private static final Logger LOG = System.getLogger(CommandRelay.class.getName());

  /** Most devices of one command. */
  public static final int MAX_DEVICES = 10_000;

  /** Limit on pending commands, counting each device of a command. */
  static final int MAX_OPEN = 20_000;

  /** Limit on the request bytes of commands that are pending at any device. */
  private static final long MAX_OPEN_BYTES = 32L * 1024 * 1024;

  /** A motor stop gets room beyond the limits, but not without bound. */
  private static final int ROOM_TO_STOP = 2;

  /** Commands that are sent to a device at once; agents refuse more than 8. */
  static final int PER_DEVICE = 4;

  /** Messages that are handed to the session before it has sent earlier ones. */
  private static final int WINDOW = 500;

  private static final long TICK_MS = 250;

  /** Time in which a newly started collector hears from its devices. */
  private static final Duration RECOVERY = Duration.ofSeconds(15);

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

  /** Commands that wait to be published, without duplicates. */
  private final Set<Target> outgoing = new LinkedHashSet<>();

  private long openBytes;
  private boolean stopping;

  /**
   * Creates a relay.
   *
   * @param online whether a device's session is alive
   * @param store the commands on disk
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

  /** Continues the commands of an earlier run. */
  public void start() {
    Instant patience = Instant.now().plus(RECOVERY);
    for (Command command : store.commands()) {
      if (command.isOpen()) {
        openBytes += command.weight();
      }
      for (Target target : command.targets()) {
        if (!target.hasEnded()) {
          target.resumed(patience);
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

  /** The command with that identifier, while it is remembered. */
  public Optional<Command> find(String id) {
    return Optional.ofNullable(store.find(id));
  }

  /** Whether commands can be stored. */
  public boolean isWritable() {
    return store.isWritable();
  }

  /** Number of pending commands, counting each device. */
  public int openCount() {
    return open.size();
  }

  /** Whether there is room for a command to this many devices. */
  boolean hasRoom(CommandRequest request, int devices) {
    int room = request.isAlwaysTaken() ? ROOM_TO_STOP : 1;
    return open.size() + devices <= room * MAX_OPEN
        && openBytes + Command.weight(request, devices) <= room * MAX_OPEN_BYTES;
  }

  /**
   * Takes a command that {@link CommandIntake} has accepted.
   *
   * @param devices known ones, whether they are online or not
   * @param unknown names without a device: the command ends at once there
   */
  Command submit(CommandRequest request, Collection<String> devices, Collection<String> unknown) {
    Command command = new Command(request);
    devices.forEach(command::add);
    unknown.forEach(command::add);
    openBytes += command.weight();
    command.targets().forEach(target -> open.put(target.key(), target));
    own.open(open.size());
    store
        .add(command)
        .onSuccess(
            kept -> {
              command.nowKept();
              // Such commands are sent even if nothing can be stored.
              begin(command, Set.copyOf(unknown), kept || request.isAlwaysTaken());
            });
    return command;
  }

  private void begin(Command command, Set<String> unknown, boolean goes) {
    boolean overtakes = command.request().isAlwaysTaken();
    for (Target target : command.targets()) {
      if (target.hasEnded()) {
        // It expired before it was on disk.
        continue;
      }
      if (unknown.contains(target.device)) {
        reject(target, ErrorCode.UNKNOWN_DEVICE, "no device of that name has been seen");
      } else if (!goes) {
        reject(
            target,
            ErrorCode.UNAVAILABLE,
            "the collector's disk takes nothing, so the command could not be kept; see its log");
      } else if (overtakes && online.test(target.device)) {
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
    if (target.asked(Instant.now())) {
      own.resent();
    }
    if (outgoing.add(target)) {
      send();
    }
  }

  private void send() {
    while (mqtt.isConnected() && mqtt.depth() < WINDOW && !outgoing.isEmpty()) {
      Target target = outgoing.iterator().next();
      outgoing.remove(target);
      if (!target.hasEnded()) {
        CommandRequest request = target.command.request();
        mqtt.publish(
                topics.command(target.device, request.subsystem(), request.action()),
                request.message().toBuffer(),
                Headers.CONTRACT.expiring(request.message().expires()))
            .onComplete(sent -> send());
      }
    }
  }

  /** The broker is connected again: replies in between were missed. */
  public void connected() {
    for (Target target : open.values()) {
      target.askSoon();
    }
    send();
  }

  private void tick() {
    Instant now = Instant.now();
    for (Target target : new ArrayList<>(open.values())) {
      Optional<ReplyMessage> overdue = target.overdue(now);
      if (overdue.isPresent()) {
        end(target, overdue.get());
      } else if (target.isDue(now) && online.test(target.device)) {
        ask(target);
      }
    }
    for (String device : List.copyOf(queues.keySet())) {
      startNext(device);
    }
    send();
  }

  /** Takes a reply from a device. Ignores replies to other senders' commands. */
  public void reply(String device, ReplyMessage reply) {
    Target target = open.get(Target.key(device, reply.id()));
    if (target == null || target.hasEnded()) {
      return;
    }
    if (reply.status().isTerminal()) {
      end(target, reply);
      return;
    }
    if (target.isWaiting()) {
      // Another collector has sent it.
      queue(target).waiting.remove(target);
      queue(target).active++;
    }
    if (target.accepted()) {
      store.accepted(target);
    }
  }

  private void end(Target target, ReplyMessage reply) {
    DeviceQueue queue = queue(target);
    if (target.isWaiting()) {
      queue.waiting.remove(target);
    } else {
      queue.active--;
    }
    if (queue.active == 0 && queue.waiting.isEmpty()) {
      queues.remove(target.device);
    }
    target.ended(reply);
    store.ended(target).onComplete(kept -> ended(target));
    startNext(target.device);
  }

  private void ended(Target target) {
    open.remove(target.key());
    own.open(open.size());
    CommandRequest request = target.command.request();
    own.ended(request.name(), target.reply().status().word(), target.command.age());
    String args = request.args().encode();
    LOG.log(
        Level.DEBUG,
        "command {0} of {1} to {2}: {3} {4}: {5}{6}",
        request.id(),
        request.by(),
        target.device,
        request.name(),
        args.length() > SHOWN ? args.substring(0, SHOWN) + "..." : args,
        target.reply().status().word(),
        target.reply().error() == null ? "" : ", " + target.reply().error().message());
    target.command.ended(target);
    if (!target.command.isOpen()) {
      openBytes -= target.command.weight();
      store.ended(target.command);
    }
  }

  /** Accepts no more commands; pending ones continue, and stay on disk. */
  public void stop() {
    stopping = true;
  }

  /** Whether commands are accepted. */
  public boolean isOpen() {
    return !stopping;
  }
}
