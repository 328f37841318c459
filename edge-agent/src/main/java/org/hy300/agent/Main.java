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

/** Options and environment to a running agent. Exit status 2 for a wrong option. */
@Command(
    name = "hy300-agent",
    description =
        "Publishes the state and events of an HY300 projector over MQTT and runs the commands that"
            + " come back.",
    mixinStandardHelpOptions = true,
    versionProvider = Main.Version.class,
    sortOptions = false,
    footer = "%nEach option may also stand in the environment under the name given with it.%n")
final class Main implements Callable<Integer> {
  @Option(
      names = "--broker",
      paramLabel = "URL",
      defaultValue = "${env:HY300_BROKER:-mqtt://127.0.0.1:1883}",
      description = "The MQTT broker (HY300_BROKER; mqtt://127.0.0.1:1883).")
  private String broker;

  @Option(
      names = "--device",
      paramLabel = "NAME",
      defaultValue = "${env:HY300_DEVICE:-}",
      description =
          "This projector's name in topics (HY300_DEVICE; made of the SoC's serial number or the"
              + " machine id).")
  private String device;

  @Option(
      names = "--label",
      paramLabel = "NAME=VALUE,...",
      defaultValue = "${env:HY300_LABELS:-}",
      description = "What the projector is called: site=berlin,room=a2 (HY300_LABELS).")
  private String labels;

  @Option(
      names = "--sysfs",
      paramLabel = "DIRECTORY",
      defaultValue = "${env:HY300_SYSFS:-/sys/class/hy300}",
      description = "Where the drivers show themselves (HY300_SYSFS; /sys/class/hy300).")
  private Path sysfs;

  @Option(
      names = "--bridge",
      paramLabel = "DEVICE",
      defaultValue = "${env:HY300_BRIDGE:-/dev/daedalus-v4l2}",
      description =
          "The bridge to the drivers' history (HY300_BRIDGE; /dev/daedalus-v4l2). Where there is"
              + " none, events are made of the attributes alone.")
  private Path bridge;

  @Option(
      names = "--kmsgpipe",
      paramLabel = "DEVICE",
      defaultValue = "${env:HY300_KMSGPIPE:-/dev/kmsgpipe}",
      description = "The pipe whose messages become events (HY300_KMSGPIPE; /dev/kmsgpipe).")
  private Path pipe;

  @Mixin private SharedOptions shared;

  public static void main(String[] args) {
    Program.run(new Main(), args);
  }

  @Override
  public Integer call() {
    AgentConfig config = config();
    Agent agent = new Agent(Agent.vertx(), config);
    Program.onEnd(agent::stop);
    agent.start();
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
        BrokerAddress.parse(broker),
        name,
        shared.keepAliveSeconds(),
        sysfs,
        bridge,
        pipe,
        shared.topics(),
        AgentConfig.parseLabels(labels));
  }

  static final class Version implements CommandLine.IVersionProvider {
    @Override
    public String[] getVersion() {
      return new String[] {"hy300-agent " + Program.version(Main.class)};
    }
  }
}
