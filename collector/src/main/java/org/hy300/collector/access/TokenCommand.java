// SPDX-License-Identifier: Apache-2.0
// `hy300-collector token`: makes a token.
package org.hy300.collector.access;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** A picocli subcommand. The token goes to standard output, and nowhere else. */
@Command(
    name = "token",
    description =
        "Makes a token, adds its hash to FILE (see --http-tokens) and prints it. It cannot be"
            + " printed again. A running collector takes it within some seconds.",
    mixinStandardHelpOptions = true)
public final class TokenCommand implements Callable<Integer> {
  private static final int MAX_DAYS = 36_500;

  @Parameters(index = "0", paramLabel = "FILE", description = "The token file.")
  private Path file;

  @Parameters(index = "1", paramLabel = "NAME", description = "Whose it is; for logs and audit.")
  private String name;

  @Parameters(index = "2", paramLabel = "ROLE", description = "read, operate or admin.")
  private String role;

  @Option(
      names = "--days",
      paramLabel = "N",
      description = "After so many days it lets nobody in any more; without, it has no end.")
  private Integer days;

  @Override
  public Integer call() throws IOException {
    if (days != null && (days < 1 || days > MAX_DAYS)) {
      throw new IllegalArgumentException("--days " + days + " is not within 1 to " + MAX_DAYS);
    }
    Optional<Instant> end =
        Optional.ofNullable(days)
            .map(n -> Instant.now().truncatedTo(ChronoUnit.SECONDS).plus(n, ChronoUnit.DAYS));
    System.out.println(Tokens.make(file, name, role, end));
    return 0;
  }
}
