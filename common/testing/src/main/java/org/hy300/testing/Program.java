// SPDX-License-Identifier: Apache-2.0
// A program that a test starts: its output is recorded, and it does not outlive the test.
package org.hy300.testing;

import static org.awaitility.Awaitility.await;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Runs one external program; {@link #close} ends it. */
public final class Program implements AutoCloseable {
  /** The output is complete when the program ends, unless a child keeps it open. */
  private static final long READ_LAST_MS = 10_000;

  /** Number of programs of a test that the report of its failure includes. */
  private static final int REMEMBERED = 16;

  private static final Deque<Program> STARTED = new ConcurrentLinkedDeque<>();

  private final String name;
  private final Process process;
  private final Thread reader;
  private final List<String> lines = new CopyOnWriteArrayList<>();

  public Program(String name, Map<String, String> environment, String... command)
      throws IOException {
    this.name = name;
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    // They would become options of the program under test. The cache stays: scripts use it to find
    // their downloads.
    builder
        .environment()
        .keySet()
        .removeIf(key -> key.startsWith("HY300_") && !key.equals("HY300_CACHE"));
    builder.environment().putAll(environment);
    process = builder.start();
    Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
    reader = new Thread(this::read, name + "-output");
    reader.setDaemon(true);
    reader.start();
    STARTED.add(this);
    if (STARTED.size() > REMEMBERED) {
      STARTED.poll();
    }
  }

  /** The last programs that were started, including those that have ended. */
  static List<Program> started() {
    return List.copyOf(STARTED);
  }

  static void forgetStarted() {
    STARTED.clear();
  }

  @Override
  public String toString() {
    return name + (process.isAlive() ? " (running)" : " (ended with " + process.exitValue() + ")");
  }

  /** Runs a command, which must succeed within five minutes. */
  public static void run(String... command) throws IOException, InterruptedException {
    try (Program program = new Program(command[0], Map.of(), command)) {
      if (program.awaitExit(Duration.ofMinutes(5)) != 0) {
        throw new IOException(String.join(" ", command) + ": " + program.lines());
      }
    }
  }

  public boolean isAlive() {
    return process.isAlive();
  }

  public long pid() {
    return process.pid();
  }

  private void read() {
    try (BufferedReader output =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      for (String line = output.readLine(); line != null; line = output.readLine()) {
        lines.add(line.stripTrailing());
      }
    } catch (IOException e) {
      lines.add("(output ended: " + e.getMessage() + ")");
    }
  }

  /** All its output so far, including standard error. */
  public List<String> lines() {
    return List.copyOf(lines);
  }

  /** Waits for a line with the pattern; earlier lines count too. */
  public Matcher awaitLine(Pattern pattern, Duration limit) {
    return await(name + " prints " + pattern)
        .atMost(limit)
        .until(
            () -> {
              boolean ended = !process.isAlive();
              if (ended) {
                readLast();
              }
              for (String line : lines) {
                Matcher matcher = pattern.matcher(line);
                if (matcher.find()) {
                  return matcher;
                }
              }
              if (ended) {
                throw new IllegalStateException(name + " has ended: " + lines);
              }
              return null;
            },
            matcher -> matcher != null);
  }

  /** Reads the rest of the output after the program's end. */
  private void readLast() throws InterruptedException {
    reader.join(READ_LAST_MS);
  }

  public void type(String line) throws IOException {
    OutputStream input = process.getOutputStream();
    input.write((line + "\n").getBytes(StandardCharsets.UTF_8));
    input.flush();
  }

  /** Sends a signal, such as STOP, CONT or KILL. */
  public void signal(String signal) throws IOException, InterruptedException {
    new ProcessBuilder("kill", "-" + signal, Long.toString(process.pid())).start().waitFor();
  }

  /** Waits until the program ends by itself, and returns its exit status. */
  public int awaitExit(Duration limit) throws InterruptedException {
    if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
      throw new IllegalStateException(name + " still runs after " + limit + ": " + lines);
    }
    readLast();
    return process.exitValue();
  }

  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(10, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
