// SPDX-License-Identifier: Apache-2.0
// The command line of hy300-collector.
package org.hy300.collector;

import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.hy300.collector.access.TokenCommand;
import org.hy300.collector.access.Tokens;
import org.hy300.collector.broker.EmbeddedBroker;
import org.hy300.collector.http.HttpOptions;
import org.hy300.collector.push.PushOptions;
import org.hy300.mqtt.BrokerAccess;
import org.hy300.mqtt.BrokerAddress;
import org.hy300.program.Program;
import org.hy300.program.SharedOptions;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Options and environment to a running collector. Exit status 2 for a wrong option. */
@Command(
    name = "hy300-collector",
    description =
        "Exports a fleet of HY300 projectors to Prometheus and relays commands to them. Without a"
            + " broker it starts one on loopback.",
    mixinStandardHelpOptions = true,
    versionProvider = Main.Version.class,
    sortOptions = false,
    subcommands = TokenCommand.class,
    footer = Program.FOOTER)
final class Main implements Callable<Integer> {
  @Option(
      names = "--broker",
      paramLabel = "URL",
      defaultValue = "",
      description =
          "The MQTT broker (none: an embedded one with the user hy300 and the password in the file"
              + " broker-password in --data, created if missing).")
  private String broker;

  @Option(
      names = "--mqtt-port",
      paramLabel = "PORT",
      defaultValue = "1883",
      description = "Port of 127.0.0.1 for the embedded broker, 0: any (1883).")
  private int mqttPort;

  @Option(
      names = "--data",
      paramLabel = "DIRECTORY",
      defaultValue = "",
      description =
          "Directory for pending commands, the audit log, device settings and the embedded"
              + " broker's password (STATE_DIRECTORY of systemd; /var/lib/hy300-collector for root,"
              + " ~/.local/state/hy300-collector for others).")
  private String data;

  @Mixin private HttpOptions http;

  @Mixin private SharedOptions shared;

  @Mixin private LimitOptions ceilings;

  @Mixin private PushOptions push;

  public static void main(String[] args) {
    Program.run(new Main(), args);
  }

  @Override
  public Integer call() throws Exception {
    CollectorConfig config =
        new CollectorConfig(
            http.config(),
            broker.isEmpty()
                ? Optional.empty()
                : Optional.of(shared.access(BrokerAddress.parse(broker))),
            mqttPort,
            shared.keepAliveSeconds(),
            shared.topics(),
            ceilings.limits(),
            data.isEmpty() ? defaultData() : Path.of(data),
            push.config());
    if (shared.checkOnly()) {
      if (config.http().tokens().isPresent()) {
        Tokens.check(config.http().tokens().get());
      }
      System.out.println("hy300-collector: the configuration is sound");
      return 0;
    }
    EmbeddedBroker embedded = config.broker().isPresent() ? null : startBroker(config);
    BrokerAccess access = embedded == null ? config.broker().get() : embedded.access();
    PrometheusMeterRegistry registry = Collector.registry();
    Collector collector = new Collector(config, access, registry);
    if (embedded != null) {
      embedded.onExit(status -> end("the embedded broker has ended with status " + status));
    }
    Program.deploy(Collector.vertx(registry), collector, () -> close(embedded));
    System.out.printf(
        "metrics at %s/metrics, %s%n",
        config.http().url(collector.port()),
        embedded == null ? "broker at " + access.address() : embedded);
    return 0;
  }

  private static Path defaultData() {
    String given = System.getenv("STATE_DIRECTORY");
    if (given != null && !given.isEmpty()) {
      return Path.of(given.split(":", 2)[0]);
    }
    return "root".equals(System.getProperty("user.name"))
        ? Path.of("/var/lib/hy300-collector")
        : Path.of(System.getProperty("user.home"), ".local", "state", "hy300-collector");
  }

  private static EmbeddedBroker startBroker(CollectorConfig config) throws IOException {
    String libraries = System.getProperty("hy300.broker.lib");
    if (libraries == null) {
      throw new IllegalArgumentException(
          "no embedded broker is at hand (hy300.broker.lib is not set); give one with --broker");
    }
    return new EmbeddedBroker(
        Path.of(libraries), config.mqttPort(), config.data().resolve("broker-password"));
  }

  private static void close(EmbeddedBroker embedded) {
    if (embedded != null) {
      embedded.close();
    }
  }

  /** Without its broker the collector is of no use; whoever supervises it starts both anew. */
  private static void end(String why) {
    System.err.println("hy300-collector: " + why);
    Runtime.getRuntime().exit(1);
  }

  static final class Version implements CommandLine.IVersionProvider {
    @Override
    public String[] getVersion() {
      return new String[] {"hy300-collector " + Program.version(Main.class)};
    }
  }
}
