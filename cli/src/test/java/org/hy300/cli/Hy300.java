// SPDX-License-Identifier: Apache-2.0
// Runs hy300 as a process, like a user.
package org.hy300.cli;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** The output of a run, and its exit status. */
record Hy300(int status, String out, String err) {
  private static final int LIMIT_SECONDS = 120;

  /** The words of its command line, with the options of the virtual machine. */
  static List<String> command(List<String> machine, String... args) {
    // A shell's background process would ignore Ctrl-C.
    List<String> words = new ArrayList<>(List.of("env", "--default-signal=INT"));
    words.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    words.addAll(List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xshare:auto"));
    words.addAll(machine);
    words.addAll(List.of("-cp", System.getProperty("java.class.path"), "org.hy300.cli.Main"));
    words.addAll(List.of(args));
    return words;
  }

  static Hy300 run(Map<String, String> environment, String... args)
      throws IOException, InterruptedException {
    return run(environment, List.of(), args);
  }

  static Hy300 run(Map<String, String> environment, List<String> machine, String... args)
      throws IOException, InterruptedException {
    return execute(environment, command(machine, args));
  }

  /** Runs any program to its end. */
  static Hy300 execute(Map<String, String> environment, List<String> command)
      throws IOException, InterruptedException {
    Path out = Files.createTempFile("hy300", ".out");
    Path err = Files.createTempFile("hy300", ".err");
    try {
      ProcessBuilder builder =
          new ProcessBuilder(command).redirectOutput(out.toFile()).redirectError(err.toFile());
      builder.environment().keySet().removeIf(key -> key.startsWith("HY300_"));
      builder.environment().putAll(environment);
      Process process = builder.start();
      try {
        if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
          throw new AssertionError(
              String.join(" ", command) + " does not end: " + Files.readString(err));
        }
      } finally {
        process.destroyForcibly();
      }
      return new Hy300(process.exitValue(), text(out), text(err));
    } finally {
      Files.delete(out);
      Files.delete(err);
    }
  }

  /** Decodes even binary output such as a frame. */
  private static String text(Path file) throws IOException {
    return new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
  }

  JsonObject json() {
    return new JsonObject(out);
  }

  List<String> lines() {
    return out.lines().toList();
  }
}
