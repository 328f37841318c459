// SPDX-License-Identifier: Apache-2.0
// `hy300 capture snapshot DEVICE -o f.jpg`: takes a snapshot and writes it to a file.
package org.hy300.cli.command;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.hy300.cli.client.CollectorClient;
import org.hy300.cli.client.Exit;
import org.hy300.cli.client.FailureException;
import org.hy300.cli.terminal.Terminal;
import org.hy300.contract.CommandEntry;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Without a file name the snapshot stays at the collector. */
@Command
final class SnapshotCommand extends ActionCommand {
  private static final Path STANDARD_OUTPUT = Path.of("-");

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FILE",
      description = "File for the frame; - is standard output.")
  private Path output;

  SnapshotCommand(Options options, CommandEntry command) {
    super(options, command);
  }

  @Override
  int run(Order order) throws FailureException {
    if (output == null) {
      return order.send();
    }
    if (order.device().isEmpty() || !order.waits()) {
      throw new FailureException(Exit.USAGE, "-o takes the frame of one DEVICE, and waits for it");
    }
    boolean toFile = !output.equals(STANDARD_OUTPUT);
    if (!toFile && options.json()) {
      throw new FailureException(Exit.USAGE, "-o - and --json both want standard output");
    }
    Path directory = output.toAbsolutePath().getParent();
    if (toFile && (directory == null || !Files.isDirectory(directory))) {
      throw new FailureException(Exit.USAGE, "-o " + output + ": there is no such directory");
    }
    int status = toFile ? order.send() : order.sendQuietly();
    if (status == Exit.DONE) {
      byte[] frame =
          options
              .collector()
              .download(
                  DeviceQuestion.path(order.device().get(), "/snapshot"),
                  options.seconds(CollectorClient.ANSWER_SECONDS));
      try {
        if (toFile) {
          Files.write(output, frame);
        } else {
          Terminal.OUT.write(frame);
          Terminal.OUT.flush();
        }
      } catch (IOException e) {
        throw new FailureException(Exit.FAILED, "the frame is not written: " + e.getMessage());
      }
    }
    return status;
  }
}
