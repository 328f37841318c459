// SPDX-License-Identifier: Apache-2.0
// Takes commands from the broker: refuses what may not be executed, hands on the rest, and sees to
// exactly one terminal reply for each.
package org.hy300.agent.command;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.hy300.agent.AgentMetrics;
import org.hy300.contract.CommandCatalogue;
import org.hy300.contract.CommandMessage;
import org.hy300.contract.ErrorCode;
import org.hy300.contract.Limits;
import org.hy300.contract.MalformedMessageException;
import org.hy300.contract.ReplyMessage;
import org.hy300.contract.ReplyMessage.Status;
import org.hy300.contract.Topics;
import org.hy300.mqtt.MqttSession;

/** Belongs to the event loop. */
public final class CommandReceiver {
  private static final Logger LOG = System.getLogger(CommandReceiver.class.getName());

  private static final int REMEMBERED = 1000;

  /** More commands at once than any person gives; stopping is always possible. */
  private static final int AT_ONCE = 8;

  /** Executes the commands of one subsystem. */
  public interface Executor {
    /** Begins the command. The order's reply may come now or later. */
    void execute(Order order);

    /** Ends everything that is under way: the agent stops. */
    void interrupt();
  }

  private final MqttSession mqtt;
  private final Topics topics;
  private final String device;
  private final AgentMetrics own;
  private final Runnable counted;
  private final Map<String, Executor> executors;
  private final ResultCache results = new ResultCache(REMEMBERED);
  private final Map<String, Order> underWay = new HashMap<>();
  private boolean stopping;

  /**
   * Creates a receiver.
   *
   * @param executors by subsystem
   * @param counted called when a counter has changed
   */
  public CommandReceiver(
      MqttSession mqtt,
      Topics topics,
      String device,
      AgentMetrics own,
      Runnable counted,
      Map<String, Executor> executors) {
    this.mqtt = mqtt;
    this.topics = topics;
    this.device = device;
    this.own = own;
    this.counted = counted;
    this.executors = executors;
  }

  /** Takes one message from a command topic. */
  public void received(Topics.Parsed topic, Buffer payload, boolean retained) {
    if (payload.length() > Limits.MAX_PAYLOAD_BYTES) {
      drop("too_large", topic, payload.length() + " bytes");
      return;
    }
    String id = CommandMessage.idOrNull(payload);
    if (id == null) {
      drop("malformed", topic, "no usable 'id'");
      return;
    }
    Order order = new Order(topic.subsystem(), topic.action(), id);
    ReplyMessage known = results.find(id);
    if (retained) {
      order.refuse(
          Status.REJECTED, ErrorCode.RETAINED, "a command must not be retained; clear its topic");
    } else if (known != null) {
      // The same command again: its sender has not heard the answer.
      send(order, known);
    } else if (underWay.containsKey(id)) {
      LOG.log(Level.DEBUG, "command {0} came again before it was answered", id);
    } else {
      take(order, payload);
    }
  }

  private void take(Order order, Buffer payload) {
    CommandMessage command;
    try {
      command = CommandMessage.parse(payload);
    } catch (MalformedMessageException e) {
      order.refuse(Status.REJECTED, ErrorCode.MALFORMED, e.getMessage());
      return;
    }
    Optional<CommandCatalogue.Command> entry =
        CommandCatalogue.find(order.subsystem(), order.action());
    if (entry.isEmpty() || !executors.containsKey(order.subsystem())) {
      order.refuse(
          Status.REJECTED,
          ErrorCode.UNKNOWN_COMMAND,
          "there is no command " + order.subsystem() + "/" + order.action());
      return;
    }
    Optional<String> problem = entry.get().check(command.args());
    if (problem.isPresent()) {
      order.refuse(Status.REJECTED, ErrorCode.INVALID_ARGUMENT, problem.get());
    } else if (command.expires().isBefore(Instant.now())) {
      order.refuse(
          Status.EXPIRED, ErrorCode.EXPIRED, "it was to be executed before " + command.expires());
    } else if (stopping) {
      order.refuse(Status.FAILED, ErrorCode.INTERRUPTED, "the agent is being stopped");
    } else if (underWay.size() >= AT_ONCE && !order.action().equals("stop")) {
      order.refuse(
          Status.REJECTED, ErrorCode.BUSY, AT_ONCE + " commands are under way; try again later");
    } else {
      order.args = command.args();
      underWay.put(order.id(), order);
      executors.get(order.subsystem()).execute(order);
    }
  }

  /** Answers every command that is under way, and refuses those to come: the agent stops. */
  public void interrupt() {
    stopping = true;
    executors.values().forEach(Executor::interrupt);
    List.copyOf(underWay.values())
        .forEach(
            order -> order.refuse(Status.FAILED, ErrorCode.INTERRUPTED, "the agent was stopped"));
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

  private void send(Order order, ReplyMessage reply) {
    mqtt.publish(topics.reply(device, order.subsystem(), order.action()), reply.toBuffer());
  }

  /** One command on its way to its terminal reply. */
  public final class Order {
    private final String subsystem;
    private final String action;
    private final String id;
    private JsonObject args = new JsonObject();
    private boolean ended;

    private Order(String subsystem, String action, String id) {
      this.subsystem = subsystem;
      this.action = action;
      this.id = id;
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

    /** The arguments, checked against the catalogue. */
    public JsonObject args() {
      return args;
    }

    /**
     * Tells the sender that the command will be executed.
     *
     * @return false when it has ended meanwhile, and must not be
     */
    public boolean accept() {
      if (ended) {
        return false;
      }
      ReplyMessage reply = ReplyMessage.accepted(id);
      results.store(reply);
      send(this, reply);
      return true;
    }

    public void done(JsonObject result) {
      end(ReplyMessage.done(id, result));
    }

    /** Ends the command in any other way. */
    public void refuse(Status status, String code, String message) {
      end(ReplyMessage.ended(id, status, code, message));
    }

    private void end(ReplyMessage reply) {
      if (ended) {
        return;
      }
      ended = true;
      underWay.remove(id, this);
      boolean replay = reply.error() != null && reply.error().code().equals(ErrorCode.RETAINED);
      if (!replay) {
        // A retained copy must not overwrite what became of the command it is a copy of.
        results.store(reply);
      }
      own.command(reply.status().word());
      counted.run();
      LOG.log(
          Level.INFO,
          "command {0} {1}/{2} {3}: {4}{5}",
          id,
          subsystem,
          action,
          args.encode(),
          reply.status().word(),
          reply.error() == null ? "" : ", " + reply.error().message());
      send(this, reply);
    }
  }
}
