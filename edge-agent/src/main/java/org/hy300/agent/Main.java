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
          "This projector's name in topics (made of the SoC's serial number or the"
              + " machine id).")
  private String device;

  @Option(
      names = "--labels",
      paramLabel = "NAME=VALUE,...",
      defaultValue = "",
      description = "What the projector is called: site=berlin,room=a2.")
  private String labels;

  @Option(
      names = "--sysfs",
      paramLabel = "DIRECTORY",
      defaultValue = "/sys/class/hy300",
      description = "Where the drivers show themselves (/sys/class/hy300).")
  private Path sysfs;

  @Option(
      names = "--bridge",
      paramLabel = "DEVICE",
      defaultValue = "/dev/daedalus-v4l2",
      description =
          "The bridge to the drivers' history (/dev/daedalus-v4l2). Where there is"
              + " none, events are made of the attributes alone.")
  private Path bridge;

  @Option(
      names = "--kmsgpipe",
      paramLabel = "DEVICE",
      defaultValue = "/dev/kmsgpipe",
      description = "The pipe whose messages become events (/dev/kmsgpipe).")
  private Path pipe;

  @Mixin private SharedOptions shared;

  public static void main(String[] args) {
    Program.run(new Main(), args);
  }

  @Override
  public Integer call() {
    AgentConfig config = config();
    if (shared.checkOnly()) {
      System.out.println("hy300-agent: the configuration is sound");
      return 0;
    }
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
        shared.access(BrokerAddress.parse(broker)),
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
