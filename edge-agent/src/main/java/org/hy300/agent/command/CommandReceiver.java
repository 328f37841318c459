// SPDX-License-Identifier: Apache-2.0
// Takes commands from the broker: refuses the ones that must not run, hands on the others, and
// ensures exactly one final reply for each.
package org.hy300.agent.command;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import org.hy300.agent.metrics.AgentMetrics;
import org.hy300.contract.CommandCatalogue;
import org.hy300.contract.CommandEntry;
import org.hy300.contract.CommandMessage;
import org.hy300.contract.ErrorCode;
import org.hy300.contract.Limits;
import org.hy300.contract.MalformedMessageException;
import org.hy300.contract.ReplyMessage;
import org.hy300.contract.ReplyMessage.Status;
import org.hy300.contract.Topics;
import org.hy300.journal.Journal;
import org.hy300.mqtt.Headers;
import org.hy300.mqtt.MqttSession;

/** Belongs to the event loop. */
public final class CommandReceiver {
  private static final Logger LOG = System.getLogger(CommandReceiver.class.getName());

  private static final int REMEMBERED = 1000;

  /** Far more concurrent commands than a person sends. A stop is always taken. */
  private static final int AT_ONCE = 8;

  /** Most characters of the arguments in a log line. */
  private static final int SHOWN = 200;

  /** Executes the commands of one subsystem. */
  public interface Executor {
    /**
     * Starts the command. Nothing may move before {@link Order#accept} has returned true, except
     * for a stop. The order's reply may come now or later.
     */
    void execute(Order order);

    /** Ends everything that is under way, because the agent stops. */
    void interrupt();
  }

  private final MqttSession mqtt;
  private final Topics topics;
  private final String device;
  private final AgentMetrics own;
  private final Runnable counted;
  private final Map<String, Executor> executors;
  private final InstantSource clock = InstantSource.system();
  private final SynchronizedClock synchronizedClock;
  private final CommandLog log;
  private final ResultCache results = new ResultCache(REMEMBERED);
  private final RequestIds requests = new RequestIds(REMEMBERED);
  private final Map<String, Order> underWay = new HashMap<>();
  private boolean stopping;

  /**
   * Creates a receiver, and reads the commands of earlier runs from the journal.
   *
   * @param clockMarker file that exists while the clock is synchronised; null if it always is
   * @param executors by subsystem
   * @param counted called when a counter has changed
   */
  public CommandReceiver(
      Vertx vertx,
      MqttSession mqtt,
      Topics topics,
      String device,
      AgentMetrics own,
      Runnable counted,
      Journal journal,
      Path clockMarker,
      Map<String, Executor> executors) {
    this.mqtt = mqtt;
    this.topics = topics;
    this.device = device;
    this.own = own;
    this.counted = counted;
    this.executors = executors;
    synchronizedClock = new SynchronizedClock(clockMarker, clock);
    log = new CommandLog(vertx, journal);
  }

  /** Answers the commands that an earlier run accepted and did not answer. */
  public void start() {
    for (CommandLog.Known known : log.known()) {
      Order order =
          new Order(known.subsystem(), known.action(), known.reply().id(), known.request());
      order.accepted = true;
      if (order.id().equals(known.request().id())) {
        requests.of(known.subsystem(), known.action(), known.request());
      }
      if (!known.reply().status().isTerminal()) {
        underWay.put(order.id(), order);
        order.refuse(
            Status.FAILED,
            ErrorCode.INTERRUPTED,
            "the agent stopped before the command ended; see the state for its result");
      } else {
        results.store(known.reply());
        if (!known.heard()) {
          sendLast(order, known.reply());
        }
      }
    }
  }

  /** Takes one message from a command topic, with its MQTT 5 request properties. */
  public void received(Topics.Parsed topic, Buffer payload, boolean retained, Request request) {
    if (payload.length() > Limits.MAX_PAYLOAD_BYTES) {
      drop("too_large", topic, payload.length() + " bytes");
      return;
    }
    if (retained && payload.length() == 0) {
      // Clears a retained command, as its rejection asks for.
      return;
    }
    String given = CommandMessage.idOrNull(payload);
    String id = given == null ? requests.of(topic.subsystem(), topic.action(), request) : given;
    if (id == null) {
      drop("malformed", topic, "no usable 'id'");
      return;
    }
    Optional<String> problem = request.problem(topics, device);
    Order order =
        new Order(
            topic.subsystem(), topic.action(), id, problem.isEmpty() ? request : Request.NONE);
    ReplyMessage known = results.find(id);
    boolean wasTaken =
        underWay.containsKey(id) || (known != null && known.status() != Status.REJECTED);
    if (retained && wasTaken) {
      // One terminal reply for an identifier.
      LOG.log(Level.DEBUG, "command {0} came again, retained", id);
    } else if (retained) {
      order.refuse(
          Status.REJECTED, ErrorCode.RETAINED, "a command must not be retained; clear its topic");
    } else if (known != null) {
      // The same command again: its sender has missed the reply.
      send(order, known);
    } else if (underWay.containsKey(id)) {
      LOG.log(Level.DEBUG, "command {0} came again before it was answered", id);
    } else if (problem.isPresent()) {
      drop("response_topic", topic, problem.get());
      order.refuse(Status.REJECTED, ErrorCode.MALFORMED, problem.get());
    } else {
      takeOrFail(order, payload);
    }
  }

  /** The session logs a bug of ours; the sender gets a reply all the same. */
  private void takeOrFail(Order order, Buffer payload) {
    try {
      take(order, payload);
    } catch (Throwable e) {
      order.refuse(
          Status.FAILED, ErrorCode.INTERNAL, "the agent has made a mistake; it is in its log");
      throw e;
    }
  }

  private void take(Order order, Buffer payload) {
    CommandMessage command;
    try {
      command = CommandMessage.parse(payload, order.id(), order.request.expires());
    } catch (MalformedMessageException e) {
      order.refuse(Status.REJECTED, ErrorCode.MALFORMED, e.getMessage());
      return;
    }
    Optional<CommandEntry> entry = CommandCatalogue.find(order.subsystem(), order.action());
    if (entry.isEmpty() || !executors.containsKey(order.subsystem())) {
      order.refuse(
          Status.REJECTED,
          ErrorCode.UNKNOWN_COMMAND,
          "there is no command " + order.subsystem() + "/" + order.action());
      return;
    }
    Optional<String> problem = entry.get().check(command.args());
    Optional<String> unsynced = synchronizedClock.problem();
    if (problem.isPresent()) {
      order.refuse(Status.REJECTED, ErrorCode.INVALID_ARGUMENT, problem.get());
    } else if (unsynced.isPresent() && !order.isAlwaysTaken()) {
      order.refuse(Status.REJECTED, ErrorCode.CLOCK_UNSYNCED, unsynced.get());
    } else if (unsynced.isEmpty() && command.expires().isBefore(clock.instant())) {
      order.refuse(
          Status.EXPIRED, ErrorCode.EXPIRED, "it was to be executed before " + command.expires());
    } else if (stopping) {
      order.refuse(Status.FAILED, ErrorCode.INTERRUPTED, "the agent is being stopped");
    } else if (underWay.size() >= AT_ONCE && !order.isAlwaysTaken()) {
      order.refuse(
          Status.REJECTED, ErrorCode.BUSY, AT_ONCE + " commands are under way; try again later");
    } else {
      order.args = command.args();
      underWay.put(order.id(), order);
      executors.get(order.subsystem()).execute(order);
    }
  }

  /**
   * Answers every command that is under way and refuses all later ones, because the agent stops.
   *
   * @return completes when the answers have been published
   */
  public Future<Void> interrupt() {
    stopping = true;
    executors.values().forEach(Executor::interrupt);
    List<Order> orders = List.copyOf(underWay.values());
    orders.forEach(
        order -> order.refuse(Status.FAILED, ErrorCode.INTERRUPTED, "the agent was stopped"));
    return Future.join(orders.stream().map(order -> order.over.future()).toList()).mapEmpty();
  }

  /** Closes the journal; no more messages may be received. */
  public Future<Void> close() {
    return log.close();
  }

  private void drop(String reason, Topics.Parsed topic, String detail) {
    LOG.log(
        Level.WARNING,
        "message on cmd/{0}/{1} dropped as {2}: {3}",
        topic.subsystem(),
        topic.action(),
        reason,
        detail);
    own.dropped(reason);
    counted.run();
  }

  /** Sends to the common reply topic, and to the response topic of the request. */
  private Future<Void> send(Order order, ReplyMessage reply) {
    String everybody = topics.reply(device, order.subsystem(), order.action());
    String sender = order.request.responseTopic();
    boolean isFinal = reply.status().isTerminal();
    Headers headers = order.request.headers(isFinal);
    if (sender == null || sender.equals(everybody)) {
      return mqtt.publish(everybody, reply.toBuffer(), headers);
    }
    Future<Void> heard = mqtt.publish(everybody, reply.toBuffer());
    return isFinal || order.request.progress()
        ? Future.join(heard, mqtt.publish(sender, reply.toBuffer(), headers)).mapEmpty()
        : heard;
  }

  /** Sends the final reply to an accepted command, and notes when the broker has it. */
  private void sendLast(Order order, ReplyMessage reply) {
    send(order, reply).onSuccess(arrived -> log.heard(reply.id()));
  }

  /** One command until its final reply. */
  public final class Order {
    private final String subsystem;
    private final String action;
    private final String id;
    private final Request request;
    private final long beginNanos = System.nanoTime();
    private final Promise<Void> over = Promise.promise();
    private JsonObject args = new JsonObject();
    private boolean accepted;
    private boolean ended;

    private Order(String subsystem, String action, String id, Request request) {
      this.subsystem = subsystem;
      this.action = action;
      this.id = id;
      this.request = request;
    }

    public String subsystem() {
      return subsystem;
    }

    public String action() {
      return action;
    }

    public String id() {
      return id;
    }

    /** The arguments, which the catalogue has validated. */
    public JsonObject args() {
      return args;
    }

    /** Whether the command is exempt from limits on concurrency and time. */
    private boolean isAlwaysTaken() {
      return CommandCatalogue.find(subsystem, action)
          .filter(CommandEntry::isAlwaysTaken)
          .isPresent();
    }

    /**
     * Writes to disk that the command will run, and reports that to the sender.
     *
     * @return false when the command has ended meanwhile and must not run
     */
    public Future<Boolean> accept() {
      if (ended) {
        return Future.succeededFuture(false);
      }
      accepted = true;
      ReplyMessage reply = ReplyMessage.accepted(id);
      return log.write(subsystem, action, reply, request)
          .map(
              written -> {
                if (!ended) {
                  results.store(reply);
                  send(this, reply);
                }
                return !ended;
              });
    }

    /**
     * Runs the command once it is accepted, and ends it with the result or as failed.
     *
     * @param why makes the reason for the reply from the work's exception
     */
    void run(Supplier<Future<JsonObject>> work, Function<Throwable, ReplyMessage.Reason> why) {
      accept()
          .compose(go -> go ? work.get() : Future.succeededFuture(new JsonObject()))
          .onSuccess(this::done)
          .onFailure(
              error -> {
                ReplyMessage.Reason reason = why.apply(error);
                refuse(Status.FAILED, reason.code(), reason.message());
              });
    }

    public void done(JsonObject result) {
      end(ReplyMessage.done(id, result));
    }

    /** Ends the command with any other status. */
    public void refuse(Status status, String code, String message) {
      end(ReplyMessage.ended(id, status, code, message));
    }

    private void end(ReplyMessage reply) {
      if (ended) {
        return;
      }
      ended = true;
      if (accepted) {
        // To disk first: after a crash the command must not get a different reply.
        log.write(subsystem, action, reply, request).onComplete(written -> answer(reply));
      } else {
        answer(reply);
      }
    }

    private void answer(ReplyMessage reply) {
      underWay.remove(id, this);
      boolean replay = reply.error() != null && reply.error().code().equals(ErrorCode.RETAINED);
      if (!replay) {
        // A retained copy must not overwrite the result of the original command.
        results.store(reply);
      }
      own.command(reply.status().word());
      counted.run();
      audit(reply);
      if (accepted) {
        sendLast(this, reply);
      } else {
        send(this, reply);
      }
      over.complete();
    }

    /** One line for each command. Its identifier, which the sender chose, identifies the sender. */
    private void audit(ReplyMessage reply) {
      String given = args.encode();
      LOG.log(
          Level.INFO,
          "command {0} {1}/{2} {3}: {4} after {5} ms{6}",
          id,
          subsystem,
          action,
          given.length() > SHOWN ? given.substring(0, SHOWN) + "..." : given,
          reply.status().word(),
          Long.toString((System.nanoTime() - beginNanos) / 1_000_000),
          reply.error() == null
              ? ""
              : ", " + reply.error().code() + ": " + reply.error().message());
    }
  }
}
