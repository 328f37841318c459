// SPDX-License-Identifier: Apache-2.0
// Wires the agent from top to bottom: source, state and events, session, commands.
package org.hy300.agent;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.file.FileSystemOptions;
import io.vertx.core.json.JsonObject;
import io.vertx.mqtt.messages.MqttPublishMessage;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.hy300.agent.command.AgentCommands;
import org.hy300.agent.command.CommandReceiver;
import org.hy300.agent.command.MotorCommands;
import org.hy300.agent.command.StoreCommands;
import org.hy300.agent.event.EventPublisher;
import org.hy300.agent.event.MotorEvents;
import org.hy300.agent.event.SubsystemEvents;
import org.hy300.agent.source.BridgeSource;
import org.hy300.agent.source.MessagePipe;
import org.hy300.agent.source.Subsystem;
import org.hy300.agent.source.SysfsSource;
import org.hy300.agent.state.StatePublisher;
import org.hy300.contract.InfoMessage;
import org.hy300.contract.MalformedMessageException;
import org.hy300.contract.StatusMessage;
import org.hy300.contract.Topics;
import org.hy300.mqtt.MqttSession;
import org.hy300.program.Program;
import org.hy300.program.Supervisor;

/** One agent for one projector. Everything in it lives on one event loop. */
public final class Agent {
  private static final String OWN_SUBSYSTEM = "agent";
  private static final String MOTOR = "motor";

  /** Events and replies that wait for the broker: some minutes of a projector in use. */
  private static final int OUTBOX = 1000;

  private static final long STOP_MS = 2_000;

  private final Vertx vertx;
  private final Context context;
  private final AgentConfig config;
  private final String session = UUID.randomUUID().toString();
  private final MqttSession mqtt;
  private final AgentMetrics own;
  private final EventPublisher events;
  private final StatePublisher states;
  private final SysfsSource source;
  private final BridgeSource bridge;
  private final MessagePipe pipe;
  private final MotorCommands motorCommands;
  private final CommandReceiver commands;
  private final Map<String, SubsystemEvents> makers = new HashMap<>();

  /** The bridge tells every transition, so that readings make no events. */
  private boolean historyComplete;

  private final Supervisor supervisor = new Supervisor(System.getenv());
  private boolean stopping;
  private boolean greeted;

  /** Makes an agent that {@link #start} sets going, on a Vert.x of one event loop. */
  public Agent(Vertx vertx, AgentConfig config) {
    this.vertx = vertx;
    this.config = config;
    context = vertx.getOrCreateContext();
    Topics topics = config.topics();
    String device = config.device();
    mqtt =
        new MqttSession(
            vertx,
            new MqttSession.Options(
                config.broker(),
                "hy300-agent-" + device,
                config.keepAliveSeconds(),
                Map.of(topics.commandsOf(device), 1, topics.status(device), 1),
                OUTBOX),
            new MqttSession.Will(topics.status(device), () -> status(false)),
            new Connection());
    own = new AgentMetrics(mqtt::depth);
    events = new EventPublisher(mqtt, topics, device, session, own);
    states = new StatePublisher(vertx, mqtt, topics, device, session, this::publishInfo);
    source = new SysfsSource(vertx, config.classDirectory(), own, new Drivers());
    bridge = new BridgeSource(vertx, config.bridge(), own, new History());
    pipe = new MessagePipe(vertx, config.pipe(), this::messageRead);
    motorCommands =
        new MotorCommands(vertx, config.classDirectory().resolve(MOTOR), this::moveOrdered);
    commands =
        new CommandReceiver(
            mqtt,
            topics,
            device,
            own,
            this::ownChanged,
            Map.of(
                MOTOR,
                motorCommands,
                "tvcap",
                StoreCommands.tvcap(vertx, config.classDirectory().resolve("tvcap")),
                "mips",
                StoreCommands.mips(
                    vertx,
                    config.classDirectory().resolve("mips"),
                    data -> events.happened("mips", "firmware_failed", data)),
                OWN_SUBSYSTEM,
                new AgentCommands(bridge, this::refresh)));
  }

  /** A Vert.x as small as the agent needs it. */
  public static Vertx vertx() {
    return Vertx.vertx(
        new VertxOptions()
            .setPreferNativeTransport(true)
            .setEventLoopPoolSize(1)
            .setWorkerPoolSize(2)
            .setInternalBlockingPoolSize(1)
            .setFileSystemOptions(
                new FileSystemOptions()
                    .setFileCachingEnabled(false)
                    .setClassPathResolvingEnabled(false)));
  }

  /** Starts to watch and to connect. */
  public void start() {
    context.runOnContext(
        now -> {
          states.add(OWN_SUBSYSTEM, () -> Future.succeededFuture(own.read()), () -> false);
          states.start();
          source.start();
          bridge.start();
          pipe.start();
          mqtt.start();
          supervisor.ready(vertx, this::inOneLine);
        });
  }

  /** Answers what is under way, publishes offline, disconnects and closes Vert.x. */
  public Future<Void> stop() {
    return Future.future(
        stopped ->
            context.runOnContext(
                now -> {
                  stopping = true;
                  supervisor.stopping();
                  source.stop();
                  bridge.stop();
                  pipe.stop();
                  commands.interrupt();
                  publishStatus(false);
                  mqtt.stop(STOP_MS).onComplete(done -> vertx.close().onComplete(stopped));
                }));
  }

  private io.vertx.core.buffer.Buffer status(boolean online) {
    return new StatusMessage(online, session, Instant.now()).toBuffer();
  }

  /** For `systemctl status`. */
  private String inOneLine() {
    return "%s to %s, %d messages wait; subsystems: %s"
        .formatted(
            mqtt.isConnected() ? "connected" : "not connected",
            config.broker().address(),
            mqtt.depth(),
            String.join(", ", states.subsystems()));
  }

  private void publishStatus(boolean online) {
    mqtt.publishRetained(config.topics().status(config.device()), () -> status(online));
  }

  private void publishInfo() {
    mqtt.publishRetained(
        config.topics().info(config.device()),
        () ->
            new InfoMessage(
                    session,
                    Instant.now(),
                    Machine.model(),
                    Machine.kernel(),
                    Program.version(Agent.class),
                    Machine.bootId(),
                    config.labels(),
                    states.subsystems(),
                    states.families())
                .toBuffer());
  }

  private void ownChanged() {
    states.changed(OWN_SUBSYSTEM);
  }

  private void moveOrdered(int position) {
    if (!historyComplete && makers.get(MOTOR) instanceof MotorEvents motor) {
      motor.ordered(position);
    }
  }

  private void messageRead(JsonObject data) {
    own.pipeMessages.incrementAndGet();
    events.happened(OWN_SUBSYSTEM, "message", data);
    ownChanged();
  }

  private void refresh() {
    source.reread();
    publishInfo();
    states.publishAll();
  }

  private final class Connection implements MqttSession.Listener {
    @Override
    public void connected() {
      own.connects.incrementAndGet();
      publishStatus(true);
      publishInfo();
      states.publishAll();
      events.connected();
      if (!greeted) {
        greeted = true;
        events.happened(
            OWN_SUBSYSTEM,
            "agent_started",
            new JsonObject().put("version", Program.version(Agent.class)));
      }
    }

    @Override
    public void received(MqttPublishMessage message) {
      Optional<Topics.Parsed> topic = config.topics().parse(message.topicName());
      if (topic.isPresent() && topic.get().kind() == Topics.Kind.COMMAND) {
        commands.received(topic.get(), message.payload(), message.isRetain());
      } else if (message.topicName().equals(config.topics().status(config.device()))) {
        statusReceived(message);
      } else {
        own.dropped("unexpected_topic");
        ownChanged();
      }
    }

    /** The Will of a connection that this one has replaced may come late. */
    private void statusReceived(MqttPublishMessage message) {
      try {
        if (!StatusMessage.parse(message.payload()).online() && !stopping) {
          publishStatus(true);
        }
      } catch (MalformedMessageException e) {
        publishStatus(!stopping);
      }
    }

    @Override
    public void dropped(String topic) {
      if (config.topics().parse(topic).filter(t -> t.kind() == Topics.Kind.EVENT).isPresent()) {
        events.lost();
      } else {
        own.dropped("outbox_full");
      }
    }
  }

  private final class Drivers implements SysfsSource.Listener {
    @Override
    public void appeared(Subsystem subsystem) {
      SubsystemEvents maker = maker(subsystem.name());
      subsystem.states().forEach(maker::begins);
      states.add(subsystem.name(), subsystem::readMetrics, subsystem::isBusy);
      publishInfo();
    }

    @Override
    public void woken(Subsystem subsystem, String attribute, String before, String now) {
      if (!historyComplete) {
        if (attribute.equals("moving") && now.equals("0")) {
          // A whole short move may have woken all of them at once, `moving` first.
          subsystem.reread("position");
          subsystem.reread("fault");
        }
        maker(subsystem.name()).reads(attribute, now);
      }
      if (subsystem.name().equals(MOTOR)) {
        motorCommands.woken(attribute);
      }
      states.changed(subsystem.name());
    }

    @Override
    public void vanished(Subsystem subsystem) {
      makers.remove(subsystem.name());
      states.remove(subsystem.name());
    }
  }

  private SubsystemEvents maker(String device) {
    return makers.computeIfAbsent(device, name -> SubsystemEvents.of(events, name));
  }

  private final class History implements BridgeSource.Listener {
    @Override
    public void began() {
      catchUp();
      historyComplete = true;
    }

    @Override
    public void transition(String device, String attribute, String now, Instant time) {
      maker(device).becomes(attribute, now, time);
    }

    @Override
    public void lost(long transitions) {
      events.happened(
          OWN_SUBSYSTEM, "gap", new JsonObject().put("lost", transitions).put("of", "transitions"));
      catchUp();
      historyComplete = true;
    }

    @Override
    public void ended() {
      catchUp();
    }

    /** Makes the events that the attributes tell of now, as they do where there is no bridge. */
    private void catchUp() {
      historyComplete = false;
      source.reread();
    }
  }
}
