// SPDX-License-Identifier: Apache-2.0
// Debian's node_exporter, and the links through which it reads the drivers' metric attributes.
package org.hy300.e2e;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.hy300.testing.FreePort;
import org.hy300.testing.Program;

/** Only its textfile collector is enabled. */
final class NodeExporter implements AutoCloseable {
  private static final Pattern LINK =
      Pattern.compile(
          "^L\\+ /var/lib/prometheus/node-exporter/\\S+ - - - - /sys/class/hy300/(\\S+)$",
          Pattern.MULTILINE);

  private final Program program;
  final int port = FreePort.choose();

  NodeExporter(Path textfiles) throws IOException {
    program =
        new Program(
            "prometheus-node-exporter",
            Map.of(),
            "prometheus-node-exporter",
            "--collector.disable-defaults",
            "--collector.textfile",
            "--collector.textfile.directory=" + textfiles,
            "--web.listen-address=127.0.0.1:" + port);
    program.awaitLine(Pattern.compile("TLS is disabled"), Duration.ofSeconds(20));
  }

  /** The shipped configuration of systemd-tmpfiles. */
  static String links() throws IOException {
    return Files.readString(Root.DIRECTORY.resolve("deploy/node-exporter/hy300.conf"));
  }

  /** The linked attributes, such as motor/homed_status. */
  static List<String> attributes() throws IOException {
    return LINK.matcher(links()).results().map(match -> match.group(1)).toList();
  }

  /** Its page for Prometheus. */
  String page() throws IOException, InterruptedException {
    return HttpClient.newHttpClient()
        .send(
            HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/metrics")).build(),
            HttpResponse.BodyHandlers.ofString())
        .body();
  }

  @Override
  public void close() {
    program.close();
  }
}
