// SPDX-License-Identifier: Apache-2.0
// Prometheus with the configurations and rules of deploy/; only targets and times differ.
package org.hy300.e2e;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.hy300.testing.Prometheus;

/** The times are shortened: a test does not wait two minutes for an alert. */
final class ShippedPrometheus {
  private static final Path DEPLOY = Root.DIRECTORY.resolve("deploy");

  private ShippedPrometheus() {}

  /**
   * Starts one.
   *
   * @param configuration a file below deploy/
   * @param shippedTarget the shipped scrape target
   * @param target its replacement
   */
  static Prometheus start(String configuration, String shippedTarget, String target, Path directory)
      throws IOException {
    copy(shippedTarget, target, directory);
    return Prometheus.configured(directory.resolve(configuration), directory);
  }

  /**
   * Starts one on a machine of its own, for a fleet.
   *
   * @param into prefix of a command that runs there
   * @param address of that machine
   * @param target the scrape target
   */
  static Prometheus startOn(String[] into, String address, String target, Path directory)
      throws IOException {
    copy("localhost:8080", target, directory);
    return Prometheus.configured(
        directory.resolve("prometheus/prometheus.yml"), directory, into, address);
  }

  private static void copy(String shippedTarget, String target, Path directory) throws IOException {
    for (Path shipped : files()) {
      Path copy = directory.resolve(DEPLOY.relativize(shipped));
      Files.createDirectories(copy.getParent());
      Files.writeString(
          copy,
          Files.readString(shipped)
              .replace(shippedTarget, target)
              .replaceAll("(_interval): \\d+s", "$1: 1s")
              .replaceAll("(for): \\d+m", "$1: 2s"));
    }
  }

  /** The shipped recording rules and alerts. */
  static String rules() throws IOException {
    StringBuilder text = new StringBuilder();
    for (Path file : files()) {
      if (file.getParent().endsWith("rules")) {
        text.append(Files.readString(file));
      }
    }
    return text.toString();
  }

  private static List<Path> files() throws IOException {
    List<Path> files = new ArrayList<>();
    for (String part : List.of("prometheus", "node-exporter")) {
      try (Stream<Path> all = Files.walk(DEPLOY.resolve(part))) {
        all.filter(file -> file.toString().endsWith(".yml")).forEach(files::add);
      }
    }
    return files;
  }
}
