// SPDX-License-Identifier: Apache-2.0
package org.hy300.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.hy300.cli.client.Exit;
import org.junit.jupiter.api.Test;

/** Tests the packaged program; runs after packaging. */
class ProgramIT {
  private static final Path HOME = Path.of("target/hy300");

  @Test
  void ofNettyItHasTheBuffersAndNoTransport() throws Exception {
    try (Stream<Path> libraries = Files.list(HOME.resolve("lib"))) {
      assertThat(libraries.map(each -> each.getFileName().toString()))
          .filteredOn(name -> name.matches("(netty|vertx)-.*"))
          .extracting(name -> name.replaceFirst("-[0-9].*", ""))
          .containsExactlyInAnyOrder(
              "netty-buffer", "netty-common", "vertx-core", "vertx-core-logging");
    }
  }

  @Test
  void itReadsAndWritesJsonWithWhatItHas() throws Exception {
    Hy300 run =
        Hy300.execute(
            Map.of("HY300_URL", "http://127.0.0.1:1"),
            List.of(
                HOME.resolve("bin/hy300").toString(), "command", "p1", "a/b", "{\"c\":[1,null]}"));
    assertThat(run.err()).startsWith("hy300: cannot reach http://127.0.0.1:1");
    assertThat(run.status()).isEqualTo(Exit.COLLECTOR);
  }
}
