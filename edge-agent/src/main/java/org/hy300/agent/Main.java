// SPDX-License-Identifier: Apache-2.0
// The command line of hy300-agent.
package org.hy300.agent;

import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.hy300.contract.Limits;
import org.hy300.contract.Topics;
import org.hy300.mqtt.BrokerAddress;
import picocli.CommandLine;
import picocli.CommandLine.Command;
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
      names = "--keep-alive",
      paramLabel = "SECONDS",
      defaultValue = "${env:HY300_KEEP_ALIVE:-" + Limits.KEEP_ALIVE_SECONDS + "}",
      description =
          "MQTT keep-alive; a silent projector is missed after one and a half (HY300_KEEP_ALIVE;"
              + " 20).")
  private int keepAlive;

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
      names = "--topic-root",
      paramLabel = "TOPIC",
      defaultValue = "${env:HY300_TOPIC_ROOT:-" + Topics.DEFAULT_ROOT + "}",
      description = "First levels of every topic (HY300_TOPIC_ROOT; hy300/v1).")
  private String topicRoot;

  public static void main(String[] args) {
    int status =
        new CommandLine(new Main())
            .setParameterExceptionHandler(Main::wrongOption)
            .setExecutionExceptionHandler(Main::failed)
            .execute(args);
    if (status != 0) {
      System.exit(status);
    }
  }

  @Override
  public Integer call() throws InterruptedException {
    AgentConfig config = config();
    Agent agent = new Agent(Agent.vertx(), config);
    CountDownLatch stopped = new CountDownLatch(1);
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  agent.stop().onComplete(done -> stopped.countDown());
                  try {
                    stopped.await(5, TimeUnit.SECONDS);
                  } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                  }
                }));
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
        keepAlive,
        sysfs,
        new Topics(topicRoot),
        AgentConfig.parseLabels(labels));
  }

  private static int wrongOption(CommandLine.ParameterException wrong, String[] args) {
    System.err.println("hy300-agent: " + wrong.getMessage() + "; --help lists the options");
    return CommandLine.ExitCode.USAGE;
  }

  private static int failed(
      Exception failure, CommandLine commandLine, CommandLine.ParseResult parsed) throws Exception {
    if (failure instanceof IllegalArgumentException) {
      System.err.println("hy300-agent: " + failure.getMessage());
      return CommandLine.ExitCode.USAGE;
    }
    throw failure;
  }

  static final class Version implements CommandLine.IVersionProvider {
    @Override
    public String[] getVersion() {
      return new String[] {"hy300-agent " + Agent.version()};
    }
  }
}
