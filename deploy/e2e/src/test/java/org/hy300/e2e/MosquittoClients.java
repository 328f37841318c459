// SPDX-License-Identifier: Apache-2.0
// Debian's mosquitto_sub and mosquitto_pub with a user and a password, as in the demo.
package org.hy300.e2e;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.hy300.testing.Program;

/** Their options are in files that they read themselves, so that no process list shows them. */
final class MosquittoClients {
  private final Path directory;

  /**
   * Writes the files.
   *
   * @param directory only its user can read it
   * @param login {@code -u} and {@code -P} with their values, one on each line
   */
  MosquittoClients(Path directory, int port, String... login) throws IOException {
    this.directory = directory;
    List<String> options = new ArrayList<>(List.of("-h 127.0.0.1", "-p " + port));
    options.addAll(List.of(login));
    Files.write(directory.resolve("mosquitto_sub"), options);
    Files.write(directory.resolve("mosquitto_pub"), options);
  }

  Program start(String... command) throws IOException {
    return new Program(command[0], Map.of("XDG_CONFIG_HOME", directory.toString()), command);
  }
}
