// SPDX-License-Identifier: Apache-2.0
// Wires the agent from top to bottom: sources, state and events, session, commands.
package org.hy300.agent;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import io.vertx.mqtt.messages.MqttPublishMessage;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.hy300.agent.command.AgentCommands;
import org.hy300.agent.command.CommandReceiver;
import org.hy300.agent.command.MotorCommands;
import org.hy300.agent.command.ProcessCommands;
import org.hy300.agent.command.Request;
import org.hy300.agent.command.StoreCommands;
import org.hy300.agent.command.TvcapCommands;
import org.hy300.agent.discovery.HomeAssistant;
import org.hy300.agent.event.DriverEvents;
import org.hy300.agent.event.EventLog;
import org.hy300.agent.event.EventResender;
import org.hy300.agent.event.EventSender;
import org.hy300.agent.metrics.AgentMetrics;
import org.hy300.agent.metrics.Metrics;
import org.hy300.agent.source.BridgeSource;
import org.hy300.agent.source.MessagePipe;
import org.hy300.agent.source.Source;
import org.hy300.agent.source.Subsystem;
import org.hy300.agent.source.SubsystemListener;
import org.hy300.agent.source.SysfsSource;
import org.hy300.agent.source.board.BoardSource;
import org.hy300.agent.source.process.ProcessSource;
import org.hy300.agent.state.StatePublisher;
import org.hy300.contract.CommandCatalogue;
import org.hy300.contract.CommandEntry;
import org.hy300.contract.EventName;
import org.hy300.contract.InfoMessage;
import org.hy300.contract.MalformedMessageException;
import org.hy300.contract.StatusMessage;
import org.hy300.contract.Subsystems;
import org.hy300.contract.Topics;
import org.hy300.journal.Journal;
import org.hy300.mqtt.Headers;
import org.hy300.mqtt.MqttSession;
import org.hy300.mqtt.Refusal;
import org.hy300.mqtt.Subscription;
import org.hy300.program.Program;

/** The parts of an agent. Belongs to the context that it is started on. */
final class Parts {
  private static final Set<String> OF_DRIVERS =
      Set.of(Subsystems.MOTOR, Subsystems.TVCAP, Subsystems.MIPS);

  private static final Path PROC = Path.of("/proc");

  /** Room for replies that wait for the broker, and for events that are not acknowledged yet. */
  private static final int OUTBOX = 1000;

  /** Far more than all stored replies need. */
  private static final long COMMAND_JOURNAL_BYTES = 64 * AgentConfig.MIB;

  private static final long STOP_MS = 2_000;

  private final Vertx vertx;
  private final AgentConfig config;
  private final AgentConfig.Projector projector;
  private final Runnable connectionChanged;
  private final String session = UUID.randomUUID().toString();
  private final MqttSession mqtt;
  private final AgentMetrics own;
  private final EventLog events;
  private final EventSender eventSender;
  private final StatePublisher states;
  private final DriverEvents driverEvents;
  private final SysfsSource drivers;
  private final List<Source> sources;
  private final MotorCommands motorCommands;
  private final CommandReceiver commands;
  private final HomeAssistant homeAssistant;

  /** Subsystems that have a driver now. */
  private final Set<String> driven = new HashSet<>();

  private long connection;
  private boolean stopping;
  private boolean toldWaiting;

  /**
   * Creates the parts; {@link #start} starts them. Blocks, because it reads the journals.
   *
   * @param connectionChanged called when the connection is made or lost
   * @throws IOException when another agent uses the journals
   */
  Parts(Vertx vertx, AgentConfig config, Runnable connectionChanged) throws IOException {
    this.vertx = vertx;
    this.config = config;
    this.connectionChanged = connectionChanged;
    projector = config.projector();
    Topics topics = projector.topics();
    String device = projector.device();
    mqtt =
        new MqttSession(
            vertx,
            new MqttSession.Options(
                config.broker(),
                MqttSession.ID_PREFIX + "agent-" + device,
                config.keepAliveSeconds(),
                List.of(
                    Subscription.asPublished(topics.commandsOf(device), 1),
                    Subscription.of(topics.status(device), 1)),
                OUTBOX),
            new MqttSession.Will(topics.status(device), this::will),
            new Connection());
    own = new AgentMetrics(mqtt::depth, this::eventsWaiting);
    Path journals = config.storage().journals().resolve(device);
    events =
        new EventLog(
            vertx,
            journal(journals.resolve("events"), config.storage().journalBytes(), true),
            session,
            own);
    eventSender = new EventSender(events, mqtt, topics, device, own, this::eventsDrained);
    states = new StatePublisher(vertx, mqtt, topics, device, session, this::publishInfo);
    drivers = new SysfsSource(vertx, config.drivers().classDirectory(), own, new Drivers());
    driverEvents = new DriverEvents(events, drivers::reread);
    BridgeSource bridge = new BridgeSource(vertx, config.drivers().bridge(), own, driverEvents);
    OtherSubsystems others = new OtherSubsystems();
    ProcessSource processes =
        new ProcessSource(vertx, PROC, config.processes(), own.processSamplesDropped, others);
    BoardSource board =
        new BoardSource(
            vertx,
            // The hwmon and thermal classes are in the same directory as the drivers' own.
            config.drivers().classDirectory().resolveSibling(""),
            drivers::isBusy,
            own.attributeErrors,
            others);
    MessagePipe pipe = new MessagePipe(vertx, config.drivers().pipe(), own, others);
    sources = List.of(drivers, bridge, processes, board, pipe);
    motorCommands =
        new MotorCommands(
            vertx,
            config.drivers().classDirectory().resolve(Subsystems.MOTOR),
            position -> driverEvents.ordered(Subsystems.MOTOR, position));
    commands =
        new CommandReceiver(
            vertx,
            mqtt,
            topics,
            device,
            own,
            this::ownChanged,
            journal(journals.resolve("commands"), COMMAND_JOURNAL_BYTES, false),
            config.clockMarker(),
            executors(bridge, processes));
    homeAssistant =
        new HomeAssistant(
            mqtt,
            topics,
            device,
            config.homeAssistant(),
            journals.resolve("home-assistant"),
            new JsonObject().put("name", device).put("mf", "HY300").put("mdl", Machine.model()),
            Program.version(Agent.class));
  }

  private Map<String, CommandReceiver.Executor> executors(
      BridgeSource bridge, ProcessSource processes) {
    return Map.of(
        Subsystems.MOTOR,
        motorCommands,
        Subsystems.TVCAP,
        new TvcapCommands(
            vertx,
            config.drivers().classDirectory().resolve(Subsystems.TVCAP),
            jpeg ->
                mqtt.publishNow(
                    projector.topics().snapshot(projector.device()), jpeg, Headers.JPEG)),
        Subsystems.MIPS,
        StoreCommands.mips(
            vertx,
            config.drivers().classDirectory().resolve(Subsystems.MIPS),
            data -> events.happened(Subsystems.MIPS, EventName.FIRMWARE_FAILED, data)),
        ProcessSource.SUBSYSTEM,
        new ProcessCommands(processes),
        AgentMetrics.SUBSYSTEM,
        new AgentCommands(
            bridge,
            this::refresh,
            new EventResender(events, mqtt, projector.topics(), projector.device())));
  }

  private Journal journal(Path directory, long maxBytes, boolean keepsDone) throws IOException {
    return new Journal(
        directory,
        maxBytes,
        own.journalErrors::incrementAndGet,
        own.journalDamages::incrementAndGet,
        keepsDone);
  }

  private long eventsWaiting() {
    toldWaiting = eventSender.depth() > 0;
    return eventSender.depth();
  }

  /**
   * Publishes the empty queue at once; else the state would show waiting events until the
   * heartbeat.
   */
  private void eventsDrained() {
    if (toldWaiting) {
      ownChanged();
    }
  }

  /** Starts watching and connecting. */
  void start() {
    states.add(AgentMetrics.SUBSYSTEM, () -> Future.succeededFuture(own.read()), () -> false);
    states.start();
    events.happened(
        AgentMetrics.SUBSYSTEM,
        EventName.AGENT_STARTED,
        new JsonObject().put("version", Program.version(Agent.class)));
    motorCommands.start();
    commands.start();
    sources.forEach(Source::start);
    mqtt.start();
  }

  /** Answers pending commands, publishes offline, disconnects and closes the journals. */
  Future<Void> stop() {
    stopping = true;
    sources.forEach(Source::stop);
    return commands
        .interrupt()
        .transform(
            answered -> {
              publishStatus(false);
              return mqtt.stop(STOP_MS);
            })
        .transform(done -> Future.join(eventSender.close(), commands.close()))
        .mapEmpty();
  }

  boolean isConnected() {
    return mqtt.isConnected();
  }

  /** Counts attempts as well: the broker may have accepted one whose answer was lost. */
  private Buffer will() {
    connection++;
    return status(false);
  }

  private Buffer status(boolean online) {
    return new StatusMessage(online, session, Instant.now(), connection).toBuffer();
  }

  /** For `systemctl status`. */
  String inOneLine() {
    return "%s to %s, %d events wait; subsystems: %s"
        .formatted(
            mqtt.isConnected() ? "connected" : "not connected",
            config.broker().address(),
            eventSender.depth(),
            String.join(", ", states.subsystems()));
  }

  private void publishStatus(boolean online) {
    mqtt.publishRetained(projector.topics().status(projector.device()), () -> status(online));
  }

  private void publishInfo() {
    mqtt.publishRetained(
        projector.topics().info(projector.device()),
        () ->
            new InfoMessage(
                    session,
                    Instant.now(),
                    Machine.model(),
                    Machine.kernel(),
                    Program.version(Agent.class),
                    Machine.bootId(),
                    projector.labels(),
                    states.subsystems(),
                    states.families(),
                    commandsNow(),
                    roles(),
                    sourcesNow())
                .toBuffer());
  }

  /** Commands of the drivers' subsystems are offered only while the driver is loaded. */
  private List<String> commandsNow() {
    return CommandCatalogue.COMMANDS.stream()
        .filter(
            command ->
                driven.contains(command.subsystem()) || !OF_DRIVERS.contains(command.subsystem()))
        .map(CommandEntry::name)
        .toList();
  }

  /** The only motor that the drivers support is the keystone's. */
  private Map<String, String> roles() {
    return driven.contains(Subsystems.MOTOR) ? Map.of(Subsystems.MOTOR, "keystone") : Map.of();
  }

  private Map<String, String> sourcesNow() {
    Map<String, String> from = new TreeMap<>();
    for (String subsystem : states.subsystems()) {
      String otherwise = subsystem.equals(AgentMetrics.SUBSYSTEM) ? "agent" : "kernel";
      from.put(subsystem, driven.contains(subsystem) ? "drivers" : otherwise);
    }
    return from;
  }

  private void ownChanged() {
    states.changed(AgentMetrics.SUBSYSTEM);
  }

  private void refresh() {
    drivers.reread();
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
      homeAssistant.connected();
      connectionChanged.run();
    }

    @Override
    public void disconnected() {
      connectionChanged.run();
    }

    @Override
    public void received(MqttPublishMessage message) {
      Optional<Topics.Parsed> topic = projector.topics().parse(message.topicName());
      if (topic.isPresent() && topic.get().kind() == Topics.Kind.COMMAND) {
        commands.received(
            topic.get(),
            message.payload(),
            message.isRetain(),
            Request.of(message.properties(), Instant.now()));
      } else if (message.topicName().equals(projector.topics().status(projector.device()))) {
        statusReceived(message);
      } else {
        own.dropped("unexpected_topic");
        ownChanged();
      }
    }

    @Override
    public void failed(String topic) {
      own.dropped("internal");
      ownChanged();
    }

    /** The Will of an earlier connection may arrive after this one was made. */
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
    public void refused(Refusal refusal) {
      own.refused(refusal.packet(), refusal.reason());
      ownChanged();
    }

    @Override
    public void dropped(String topic) {
      if (projector.topics().parse(topic).filter(t -> t.kind() == Topics.Kind.EVENT).isEmpty()) {
        own.dropped("outbox_full");
      }
    }
  }

  private final class Drivers implements SysfsSource.Listener {
    @Override
    public void appeared(Subsystem subsystem) {
      driverEvents.appeared(subsystem);
      driven.add(subsystem.name());
      states.add(subsystem.name(), subsystem::readMetrics, subsystem::isBusy);
      homeAssistant.appeared(subsystem.name(), subsystem.states());
      publishInfo();
    }

    @Override
    public void woken(Subsystem subsystem, String attribute, String now) {
      driverEvents.woken(subsystem, attribute, now);
      if (subsystem.name().equals(Subsystems.MOTOR)) {
        motorCommands.woken(attribute);
      }
      states.changed(subsystem.name());
    }

    @Override
    public void vanished(Subsystem subsystem) {
      driverEvents.vanished(subsystem);
      driven.remove(subsystem.name());
      states.remove(subsystem.name());
    }
  }

  /** Subsystems that do not come from the drivers. */
  private final class OtherSubsystems implements SubsystemListener {
    @Override
    public void appeared(String subsystem, Supplier<Future<Metrics>> reader, BooleanSupplier busy) {
      states.add(subsystem, reader, busy);
      publishInfo();
    }

    @Override
    public void changed(String subsystem) {
      states.changed(subsystem);
    }

    @Override
    public void vanished(String subsystem) {
      states.remove(subsystem);
    }

    @Override
    public void happened(String subsystem, EventName event, JsonObject data) {
      events.happened(subsystem, event, data);
    }
  }
}
