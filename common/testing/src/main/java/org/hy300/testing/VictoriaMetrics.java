// SPDX-License-Identifier: Apache-2.0
// Debian's VictoriaMetrics, which takes samples by remote write.
package org.hy300.testing;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.regex.Pattern;

/** A real VictoriaMetrics with a data directory of its own, set up as in the guide. */
public final class VictoriaMetrics extends PromApi implements AutoCloseable {
  private final Program program;

  private VictoriaMetrics(String address, Path directory) throws IOException {
    super(address);
    program =
        new Program(
            "victoria-metrics",
            Map.of(),
            "victoria-metrics",
            "-storageDataPath=" + directory.resolve("victoria-data"),
            "-httpListenAddr=" + address,
            "-memory.allowedBytes=128MB",
            // Else it answers as of half a minute ago.
            "-search.latencyOffset=0s",
            "-dedup.minScrapeInterval=1ms");
    program.awaitLine(Pattern.compile("started VictoriaMetrics"), Duration.ofSeconds(60));
  }

  /** Starts one that listens on loopback. */
  public static VictoriaMetrics start(Path directory) throws IOException {
    return new VictoriaMetrics("127.0.0.1:" + FreePort.choose(), directory);
  }

  @Override
  public void close() {
    program.close();
  }
}
