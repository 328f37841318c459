// SPDX-License-Identifier: Apache-2.0
// The command line of hy300-simulator.
package org.hy300.simulator;

import io.vertx.core.Future;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.hy300.program.Program;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Starts simulated projectors from options. Exit status 2 for a wrong option. */
@Command(
    name = "hy300-simulator",
    description =
        "Simulates HY300 projectors in plain directories, for agents without hardware."
            + " Start one for each with: hy300-agent --sysfs DIRECTORY/simulated-1/hy300 --device"
            + " simulated-1 --journal DIRECTORY/journal. Files of DIRECTORY/simulated-1/board steer"
            + " the hardware.",
    mixinStandardHelpOptions = true,
    versionProvider = Main.Version.class,
    sortOptions = false)
final class Main implements Callable<Integer> {
  private static final int MAX_PROJECTORS = 1000;

  @Option(
      names = "--directory",
      paramLabel = "DIRECTORY",
      required = true,
      description = "Where the projectors' directories are made: simulated-1, simulated-2 ...")
  private Path directory;

  @Option(
      names = "--projectors",
      paramLabel = "NUMBER",
      defaultValue = "1",
      description = "How many projectors there are (1).")
  private int projectors;

  public static void main(String[] args) {
    Program.run(new Main(), args);
  }

  @Override
  public Integer call() throws IOException {
    if (projectors < 1 || projectors > MAX_PROJECTORS) {
      throw new IllegalArgumentException(
          projectors + " projectors are not within 1 to " + MAX_PROJECTORS);
    }
    Simulator simulator = new Simulator();
    Program.onEnd(() -> close(simulator));
    for (int number = 1; number <= projectors; number++) {
      simulator.add(directory.resolve("simulated-" + number), number);
    }
    System.out.println(projectors + " simulated projectors in " + directory);
    return 0;
  }

  private static Future<Void> close(Simulator simulator) {
    try {
      simulator.close();
      return Future.succeededFuture();
    } catch (IOException e) {
      return Future.failedFuture(e);
    }
  }

  static final class Version implements CommandLine.IVersionProvider {
    @Override
    public String[] getVersion() {
      return new String[] {"hy300-simulator " + Program.version(Main.class)};
    }
  }
}
