// SPDX-License-Identifier: Apache-2.0
// The command line of hy300-agent.
package org.hy300.agent;

import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.hy300.mqtt.BrokerAddress;
import org.hy300.program.Program;
import org.hy300.program.SharedOptions;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Starts an agent from options and environment. Exit status 2 for a wrong option. */
@Command(
    name = "hy300-agent",
    description =
        "Publishes the state and events of an HY300 projector over MQTT and runs the commands that"
            + " come back.",
    mixinStandardHelpOptions = true,
    versionProvider = Main.Version.class,
    sortOptions = false,
    footer = Program.FOOTER)
final class Main implements Callable<Integer> {
  @Option(
      names = "--broker",
      paramLabel = "URL",
      defaultValue = "mqtt://127.0.0.1:1883",
      description = "The MQTT broker (mqtt://127.0.0.1:1883).")
  private String broker;

  @Option(
      names = "--device",
      paramLabel = "NAME",
      defaultValue = "",
      description =
          "This projector's name in topics (from the SoC's serial number or the" + " machine id).")
  private String device;

  @Option(
      names = "--labels",
      paramLabel = "NAME=VALUE,...",
      defaultValue = "",
      description = "Labels for this projector, such as site=berlin,room=a2.")
  private String labels;

  @Option(
      names = "--sysfs",
      paramLabel = "DIRECTORY",
      defaultValue = "/sys/class/hy300",
      description =
          "The drivers' class in sysfs (/sys/class/hy300, or /sys/class/hy300-fleet if it"
              + " exists).")
  private Path sysfs;

  @Option(
      names = "--bridge",
      paramLabel = "DEVICE",
      defaultValue = "/dev/daedalus-v4l2",
      description =
          "The bridge to the drivers' history (/dev/daedalus-v4l2). Without it, events"
              + " come from the attributes alone.")
  private Path bridge;

  @Option(
      names = "--kmsgpipe",
      paramLabel = "DEVICE",
      defaultValue = "/dev/kmsgpipe",
      description = "The pipe whose messages become events (/dev/kmsgpipe).")
  private Path pipe;

  @Option(
      names = "--processes",
      paramLabel = "KIND=WHICH,...",
      defaultValue = "",
      description = "Processes to watch from the start: name=kodi,unit=ssh.service,pid=1.")
  private String processes;

  @Option(
      names = "--journal",
      paramLabel = "DIRECTORY",
      defaultValue = "/var/lib/hy300-agent",
      description =
          "Directory for events and accepted commands until they are acknowledged"
              + " (/var/lib/hy300-agent).")
  private Path journal;

  @Option(
      names = "--journal-size",
      paramLabel = "MIB",
      defaultValue = "8",
      description =
          "Size limit of the journal of events, sent ones included; the oldest are dropped first (8).")
  private int journalSize;

  @Option(
      names = "--clock-marker",
      paramLabel = "FILE",
      defaultValue = "/run/systemd/timesync/synchronized",
      description =
          "Reject all commands except motor/stop until this file exists, because before the"
              + " clock is set their expiry is unknown; 'none' for a machine with a real-time clock"
              + " (/run/systemd/timesync/synchronized).")
  private Path clockMarker;

  @Option(
      names = "--run-directory",
      paramLabel = "DIRECTORY",
      defaultValue = "${env:RUNTIME_DIRECTORY:-/run/hy300-agent}",
      description = "Directory for the file that --status reads (/run/hy300-agent).")
  private Path runDirectory;

  @Option(
      names = "--status",
      description =
          "Print the state of the running agent and exit: 0 if connected, 1 if not connected or"
              + " hung, 3 if no agent runs.")
  private boolean status;

  @Option(
      names = "--home-assistant",
      paramLabel = "PREFIX",
      defaultValue = "",
      description =
          "Announce this projector to Home Assistant under its discovery prefix, usually"
              + " homeassistant (none).")
  private String homeAssistant;

  @Mixin private SharedOptions shared;

  public static void main(String[] args) {
    Program.run(new Main(), args);
  }

  @Override
  public Integer call() throws Exception {
    AgentConfig config = config();
    if (shared.checkOnly()) {
      System.out.println("hy300-agent: the configuration is sound");
      return 0;
    }
    if (status) {
      StatusFile.Verdict verdict =
          new StatusFile(config.storage().runDirectory(), config.projector().device()).read();
      System.out.println(verdict.line());
      return verdict.exit();
    }
    Program.deploy(Agent.vertx(), new Agent(config), () -> {});
    return 0;
  }

  private AgentConfig config() {
    String name =
        device.isEmpty()
            ? Machine.defaultDevice()
                .orElseThrow(
                    () ->
                        new IllegalArgumentException(
                            "this machine has no serial number; give the projector a name with"
                                + " --device"))
            : device;
    return new AgentConfig(
        shared.access(BrokerAddress.parse(broker)),
        shared.keepAliveSeconds(),
        new AgentConfig.Projector(name, AgentConfig.parseLabels(labels), shared.topics()),
        new AgentConfig.Drivers(AgentConfig.driverClass(sysfs), bridge, pipe),
        new AgentConfig.Storage(journal, journalSize * AgentConfig.MIB, runDirectory),
        clockMarker.equals(Path.of("none")) ? null : clockMarker,
        AgentConfig.parseProcesses(processes),
        homeAssistant);
  }

  static final class Version implements CommandLine.IVersionProvider {
    @Override
    public String[] getVersion() {
      return new String[] {"hy300-agent " + Program.version(Main.class)};
    }
  }
}
