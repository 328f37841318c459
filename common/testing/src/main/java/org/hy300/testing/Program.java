// SPDX-License-Identifier: Apache-2.0
// A program that a test starts: its output is kept, and it does not outlive the test.
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
  /** The end of its output is there when it ends, unless a child of it keeps that open. */
  private static final long READ_LAST_MS = 10_000;

  /** The latest of a test, for its failure's report. */
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
    // They would be options of what is tested. The cache is none: scripts find their downloads by
    // it.
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

  /** The programs that were started last, those that have ended too. */
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

  /** Runs a command, which has to do its work within five minutes. */
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

  /** Everything it has printed so far, standard error included. */
  public List<String> lines() {
    return List.copyOf(lines);
  }

  /** Waits for a line in which the pattern is found, among those already printed too. */
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

  /** What it has printed last is read after its end. */
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

  /** Waits for the program's own end and returns its exit status. */
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
